import manifest from '../../package.json' with { type: 'json' };

/** The version of the package; a bundler puts it in. */
export function readVersion(): string {
  return manifest.version;
}
