/** Every program of this folder by name: what an executable file can carry. */
import type { Program } from '../linux/program.ts';
import { awk } from './awk/awk.ts';
import { archivePrograms } from './files/archive.ts';
import { attributePrograms } from './files/attributes.ts';
import { copyPrograms } from './files/copy.ts';
import { directoryPrograms } from './files/directories.ts';
import { find } from './files/find.ts';
import { ls } from './files/ls.ts';
import { removePrograms } from './files/remove.ts';
import { usagePrograms } from './files/usage.ts';
import { jq } from './jq/jq.ts';
import { xargsPrograms } from './processes/xargs.ts';
import { sed } from './sed/sed.ts';
import { catPrograms } from './text/cat.ts';
import { cutPrograms } from './text/cut.ts';
import { echoPrograms } from './text/echo.ts';
import { encodePrograms } from './text/encode.ts';
import { grepPrograms } from './text/grep.ts';
import { headPrograms } from './text/head.ts';
import { sortPrograms } from './text/sort.ts';
import { tailPrograms } from './text/tail.ts';
import { trPrograms } from './text/tr.ts';
import { uniqPrograms } from './text/uniq.ts';
import { wcPrograms } from './text/wc.ts';

export const programs: Readonly<Record<string, Program>> = {
  awk,
  jq,
  sed,
  mawk: awk,
  gawk: awk,
  ls,
  find,
  ...archivePrograms,
  ...attributePrograms,
  ...copyPrograms,
  ...directoryPrograms,
  ...removePrograms,
  ...usagePrograms,
  ...xargsPrograms,
  ...catPrograms,
  ...cutPrograms,
  ...echoPrograms,
  ...encodePrograms,
  ...grepPrograms,
  ...headPrograms,
  ...sortPrograms,
  ...tailPrograms,
  ...trPrograms,
  ...uniqPrograms,
  ...wcPrograms,
};
