/** --match-server-version: kubernetes client-go/discovery/helper.go MatchesServerVersion. */
import type { Routine } from '../../sim/routine.ts';
import { KubectlError } from './errors.ts';
import { type Obj, obj, text } from './json.ts';
import type { Kubectl } from './kubectl.ts';
import { clientVersion } from './releases.ts';

const fields = [
  ...['major', 'minor', 'emulationMajor', 'emulationMinor', 'minCompatibilityMajor', 'minCompatibilityMinor', 'gitVersion', 'gitCommit', 'gitTreeState'],
  ...['buildDate', 'goVersion', 'compiler', 'platform'],
];

const shown = (info: Obj): string =>
  `version.Info{${fields.map((name) => `${name[0]?.toUpperCase()}${name.slice(1)}:${JSON.stringify(text(info[name]))}`).join(', ')}}`;

/** Throws KubectlError when the server is of another version than this kubectl. */
export function* matchVersions(k: Kubectl): Routine {
  const server = obj(yield* k.api.request({ method: 'GET', path: '/version' }));
  const own = clientVersion(k.process);
  const same = ['gitVersion', 'gitCommit', 'gitTreeState'].every((name) => server[name] === own[name]);
  if (!same) throw new KubectlError(`server version (&${shown(server)}) differs from client version (${shown(own)})`);
}
