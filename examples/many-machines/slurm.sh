#!/bin/bash
# One exploration in eight parts, a task of an array each. The folder is on a file system that the nodes share.
#
#   sbatch --wait slurm.sh fault-while-rebinding && panthor-shim explore --merge part-*.json
#
#SBATCH --job-name=explore
#SBATCH --array=1-8
#SBATCH --cpus-per-task=1
#SBATCH --output=part-%a.log
panthor-shim explore "$1" --json \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" > "part-$SLURM_ARRAY_TASK_ID.json"
# 1 says that something breaks, which is a result.
[ $? -le 1 ]
