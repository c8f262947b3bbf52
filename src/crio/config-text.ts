/** `crio config`: the configuration as CRI-O's template writes it, what is as by default as a comment (CRI-O pkg/config/template.go). */
import { isTable, type TomlTable, type TomlValue } from '../apimachinery/toml.ts';
import { defaults } from './config.ts';

const value = (each: TomlValue): string => {
  if (Array.isArray(each)) return each.length === 0 ? '[\n# ]' : `[\n${each.map((one) => `# \t${JSON.stringify(one)},\n`).join('')}# ]`;
  return typeof each === 'string' ? JSON.stringify(each) : String(each);
};

/** `all`: defaults stand without the comment sign, as `crio status config` shows them. */
export function configText(whole: TomlTable, all = false): string {
  const lines: string[] = [];
  const write = (table: TomlTable, usual: TomlTable, path: string): void => {
    lines.push(`[${path}]`, '');
    for (const [key, each] of Object.entries(table)) {
      if (isTable(each)) continue;
      const same = JSON.stringify(each) === JSON.stringify(usual[key]);
      const text = `${key} = ${value(each)}`;
      lines.push(same && !all ? `# ${text}` : text.replaceAll(/^# /gm, ''), '');
    }
    for (const [key, each] of Object.entries(table)) {
      if (!isTable(each)) continue;
      const below = usual[key];
      if (key === 'runtimes') for (const [name, one] of Object.entries(each)) write(isTable(one) ? one : {}, {}, `${path}.${key}.${name}`);
      else write(each, isTable(below) ? below : {}, `${path}.${key}`);
    }
  };
  write(whole, defaults(), 'crio');
  return `${all ? '' : '# The CRI-O configuration file specifies all of the available configuration\n# options and command-line flags for the crio(8) OCI Kubernetes Container Runtime\n# daemon, but in a TOML format that can be more easily modified and versioned.\n#\n# Please refer to crio.conf(5) for details of all configuration options.\n\n'}${lines.join('\n')}`;
}
