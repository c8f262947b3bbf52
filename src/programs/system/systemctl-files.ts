/** systemctl enable, disable, mask, edit: what is done to units' files (systemd src/shared/install.c, src/systemctl/systemctl-edit.c). */
import { type Systemd, type Unit, UnitError } from '../../linux/systemd.ts';
import type { Routine } from '../../sim/routine.ts';
import { run } from '../execute.ts';
import type { Call } from '../tool.ts';
import { fullName, unitOf } from './units.ts';

type Change = (call: Call, manager: Systemd, name: string) => Routine<number | void>;

const folder = '/etc/systemd/system';

/** `enabled`, `static` where there is nothing to enable it by, `masked`. */
export const fileState = (unit: Unit): string =>
  unit.file.path.startsWith('/run/systemd/transient/')
    ? 'transient'
    : unit.masked
      ? 'masked'
      : unit.enabled
        ? 'enabled'
        : unit.file.wantedBy.length > 0 || unit.file.get('Install.Also') !== ''
          ? 'disabled'
          : 'static';

/** Only root; each unit that there is. `verb` stands in `Failed to … unit`. */
const change = (verb: string, use: Change, missing = true) =>
  function* (call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
    const failed = function* (why: string): Routine<number> {
      yield* call.process.printError(`Failed to ${verb} unit: ${why}\n`);
      return 1;
    };
    if (names.length === 0) {
      yield* call.process.printError('Too few arguments.\n');
      return 1;
    }
    if (call.process.uid !== 0) return yield* failed('Interactive authentication required.');
    let status = 0;
    for (const name of names) {
      if (missing && !manager.lookup(name)) return yield* failed(`Unit ${fullName(name)} does not exist`);
      try {
        status = (yield* use(call, manager, name)) || status;
      } catch (error) {
        if (!(error instanceof UnitError)) throw error;
        yield* call.process.printError(`${error.message}\n`);
        status = error.status;
      }
    }
    return status;
  };

const links = (unit: Unit): string[] => unit.file.wantedBy.map((target) => `${folder}/${target}.wants/${unit.name}`);

const cannotBeEnabled = `The unit files have no installation config (WantedBy=, RequiredBy=, UpheldBy=,
Also=, or Alias= settings in the [Install] section, and DefaultInstance= for
template units). This means they are not meant to be enabled or disabled using systemctl.
 
Possible reasons for having these kinds of units are:
• A unit may be statically enabled by being symlinked from another unit's
  .wants/, .requires/, or .upholds/ directory.
• A unit's purpose may be to act as a helper for some other unit which has
  a requirement dependency on it.
• A unit may be started when needed via activation (socket, path, timer,
  D-Bus, udev, scripted systemctl call, ...).
• In case of template units, the unit is meant to be enabled with some
  instance name specified.
`;

function* link(call: Call, manager: Systemd, unit: Unit): Routine {
  const { fs } = manager.init;
  if (links(unit).length === 0) yield* call.process.printError(cannotBeEnabled);
  for (const path of links(unit)) {
    if (fs.find(path, false)) continue;
    fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
    fs.symlink(unit.file.path, path);
    yield* call.process.printError(`Created symlink '${path}' → '${unit.file.path}'.\n`);
  }
  unit.enabled = links(unit).length > 0;
}

function* unlink(call: Call, manager: Systemd, unit: Unit): Routine {
  const { fs } = manager.init;
  for (const path of links(unit)) {
    if (!fs.find(path, false)) continue;
    fs.unlink(path);
    yield* call.process.printError(`Removed '${path}'.\n`);
  }
  unit.enabled = false;
}

export const enable = change('enable', function* (call, manager, name) {
  const unit = manager.find(name, 'enable unit');
  if (unit.masked) throw new UnitError(`Failed to enable unit: Unit ${folder}/${unit.name} is masked`, 1);
  yield* link(call, manager, unit);
  if (call.has('now')) yield* manager.startAndWait(name);
});

export const disable = change('disable', function* (call, manager, name) {
  yield* unlink(call, manager, manager.find(name, 'disable unit'));
  if (call.has('now')) yield* manager.stop(name);
});

export const reenable = change('reenable', function* (call, manager, name) {
  const unit = manager.find(name, 'reenable unit');
  yield* unlink(call, manager, unit);
  yield* link(call, manager, unit);
});

export const mask = change(
  'mask',
  function* (call, manager, name) {
    const { fs } = manager.init;
    const path = `${folder}/${fullName(name)}`;
    if (!manager.lookup(name)) yield* call.process.printError(`Unit ${fullName(name)} does not exist, proceeding anyway.\n`);
    if (unitOf(manager, name)?.masked) return;
    if (fs.find(path, false)) throw new UnitError(`Failed to mask unit: File '${path}' already exists.`, 1);
    fs.symlink('/dev/null', path);
    yield* call.process.printError(`Created symlink '${path}' → '/dev/null'.\n`);
    manager.reload();
    if (call.has('now')) yield* manager.stop(name);
  },
  false,
);

export const unmask = change(
  'unmask',
  function* (call, manager, name) {
    const path = `${folder}/${fullName(name)}`;
    const unit = unitOf(manager, name);
    if (!unit) yield* call.process.printError(`Unit ${fullName(name)} does not exist, proceeding anyway.\n`);
    if (!unit?.masked) return;
    manager.init.fs.unlink(path);
    unit.masked = false;
    yield* call.process.printError(`Removed '${path}'.\n`);
    manager.reload();
  },
  false,
);

/** Takes away what `edit` made. */
export const revert = change('revert', function* (call, manager, name) {
  const { fs } = manager.init;
  const drop = `${folder}/${fullName(name)}.d`;
  if (!fs.isDirectory(drop)) return;
  for (const [file] of fs.list(drop)) {
    fs.unlink(`${drop}/${file}`);
    yield* call.process.printError(`Removed '${drop}/${file}'.\n`);
  }
  fs.rmdir(drop);
  yield* call.process.printError(`Removed '${drop}'.\n`);
  manager.reload();
});

const [opening, closing] = [
  '### Anything between here and the comment below will become the contents of the drop-in file',
  '### Edits below this comment will be discarded',
];

/** A drop-in, or with --full the whole file, in the editor; what is left empty changes nothing. */
export const edit = change(
  'edit',
  function* (call, manager, name) {
    const { fs } = call.process;
    const full = call.has('l');
    const known = manager.lookup(name);
    if (!known && !(full && call.has('f'))) {
      const hint = `Run 'systemctl edit${full ? ' --full' : ''} --force ${fullName(name)}' to create a new unit.`;
      yield* call.process.printError(`No files found for ${fullName(name)}.\n${hint}\n`);
      return 1;
    }
    const unit = known ?? { name: fullName(name), file: { path: `${folder}/${fullName(name)}` } };
    const path = full ? `${folder}/${unit.name}` : `${folder}/${unit.name}.d/${(call.value('drop-in') ?? 'override').replace(/\.conf$/, '')}.conf`;
    const before = fs.exists(path) ? fs.read(path) : full && known ? fs.read(unit.file.path) : '';
    let text: string;
    if (call.has('stdin')) text = yield* call.whole(call.process.stdin);
    else {
      if (!call.process.tty) {
        yield* call.process.printError('Cannot edit units interactively if not on a tty.\n');
        return 1;
      }
      const shown = `### Editing ${path}\n${opening}\n\n${before}\n\n${closing}\n\n\n### ${unit.file.path}\n${fs.read(unit.file.path).replace(/^/gm, '# ')}\n`;
      const temporary = `${path}.#${call.process.pid}`;
      fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
      fs.write(temporary, full ? before : shown);
      const editor = call.process.env['SYSTEMD_EDITOR'] ?? call.process.env['EDITOR'] ?? call.process.env['VISUAL'] ?? 'vi';
      yield* run(call, [...editor.split(' '), temporary]);
      const written = fs.read(temporary);
      fs.unlink(temporary);
      text = full ? written : betweenMarkers(written);
    }
    if (text.trim() === '') {
      yield* call.process.printError(`${path}: after editing, new contents are empty, not writing file.\n`);
      return 1;
    }
    fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
    fs.write(path, `${text.trim()}\n`);
    yield* call.process.printError(`Successfully installed edited file '${path}'.\n`);
    manager.reload();
    return 0;
  },
  false,
);

function betweenMarkers(text: string): string {
  const from = text.indexOf(opening);
  const to = text.indexOf(closing);
  return from < 0 || to < 0 ? '' : text.slice(from + opening.length, to);
}
