import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { visible } from '../../../uapi/visible.ts';
import { GPU_PROFILES, gpuProfile, PROFILE_FIELDS } from '../../driver/gpu-profile.ts';
import { UsageError } from '../exit.ts';
import { print, printData } from '../io/output.ts';
import { pickGpu } from '../options/gpu.ts';

interface Options {
  template?: true;
  json?: true;
}

export function register(program: Command): void {
  program
    .command('gpu')
    .summary('list GPU profiles, check one, or print one to fill in')
    .description(
      'Lists the GPU profiles that --gpu takes by name. With a profile, a name or a file: checks it and prints it. With ' +
        '--template: prints one with all fields, to be filled in for another GPU.',
    )
    .argument('[profile]', 'a name, or a JSON file')
    .option('--template', 'the JSON of a profile (g610, or the one that is named) as a file to change')
    .option('--json', 'one JSON object')
    .action((profile: string | undefined, options: Options) => {
      if (options.template) return printData(template(profile ?? 'g610'));
      if (profile === undefined) return print(options.json ? `${JSON.stringify(list())}\n` : listText());
      const checked = pickGpu(profile);
      print(
        options.json
          ? `${JSON.stringify(checked)}\n`
          : `${visible(checked.name)}: all ${PROFILE_FIELDS.length} fields are there\n`,
      );
    });
}

/** The file of a profile as it is; another GPU's registers are read from its kernel log or its datasheet. */
function template(name: string): string {
  const known = GPU_PROFILES.find((one) => one === name.toLowerCase());
  if (known === undefined) throw new UsageError(`--template: expected one of ${GPU_PROFILES.join(', ')}`);
  return readFileSync(new URL(`../../gpu-profiles/${known}.json`, import.meta.url), 'utf8');
}

function list(): { profiles: { profile: string; name: string; gpu_id: number }[] } {
  return {
    profiles: GPU_PROFILES.map((profile) => {
      const { name, gpu_id } = gpuProfile(profile);
      return { profile, name, gpu_id };
    }),
  };
}

function listText(): string {
  return list()
    .profiles.map(({ profile, name, gpu_id }) => `${profile}  ${name}, GPU_ID 0x${gpu_id.toString(16)}\n`)
    .join('');
}
