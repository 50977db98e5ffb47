/**
 * Declarations of the public API: dist/index.d.ts, one file, which holds what src/index.ts exports and what that refers
 * to, and nothing else of the package. tsc writes the declarations, API Extractor joins them.
 *
 * `--check` writes nothing and fails where a type that the public API refers to has no name outside.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));

/** tsc leaves `.ts` in the imports of declarations, which only TypeScript from 5.7 on understands. */
function rewriteImports(dir) {
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/((?:from|import)\s*\(?\s*["'][^"']+)\.ts(["'])/g, '$1.js$2'));
  }
}

/** What API Extractor is told; declarations are read from below `work`. */
function configOf(work) {
  return ExtractorConfig.prepare({
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(work, 'src/index.d.ts'),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            target: 'es2023',
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: [relative(root, join(work, 'src/index.d.ts'))],
        },
      },
      apiReport: { enabled: false },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      dtsRollup: {
        enabled: true,
        untrimmedFilePath: '',
        publicTrimmedFilePath: join(check ? work : join(root, 'dist'), 'index.d.ts'),
      },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          'ae-forgotten-export': { logLevel: check ? ExtractorLogLevel.Error : ExtractorLogLevel.Warning },
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
      newlineKind: 'lf',
    },
  });
}

const check = process.argv.includes('--check');
mkdirSync(join(root, '.cache'), { recursive: true });
const work = mkdtempSync(join(root, '.cache/types-'));
try {
  execFileSync(process.execPath, [tsc, '-p', join(root, 'build/tsconfig.types.json'), '--outDir', work], {
    stdio: ['ignore', 2, 2],
  });
  rewriteImports(work);
  const result = Extractor.invoke(configOf(work), {
    localBuild: false,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error || message.logLevel === ExtractorLogLevel.Warning)
        process.stderr.write(`${message.formatMessageWithLocation(root)}\n`);
    },
  });
  // Warnings alone do not make it fail: the declarations are whole all the same.
  if (result.errorCount > 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
