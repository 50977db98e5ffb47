/** To be imported before interleaved code is: it looks once whether reads are to be noted. */
process.env.PANTHOR_SHIM_NOTE_READS = '1';
