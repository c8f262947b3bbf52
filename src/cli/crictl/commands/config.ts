/** config: the settings of crictl itself. */
import { bool, type CrictlCommand, list, text } from '../command.ts';
import { ConfigError, type CrictlConfig, configKeys, emptyConfig, parseSetting, readConfig, writeConfig } from '../config.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';
import { table } from '../output.ts';

export const config: CrictlCommand = {
  name: 'config',
  short: 'Get, set and list crictl configuration options',
  usage: `[<crictl options>]

   EXAMPLES:
      # Set the key "debug" to "true"
      crictl config --set debug=true

      # Set the key "debug" to "true"
      crictl config debug true

      # Get the value of "debug"
      crictl config --get debug

      # Show the full configuration
      crictl config --list

   CRICTL OPTIONS:
    runtime-endpoint:\tContainer Runtime Interface (CRI) runtime endpoint (default: "")
    image-endpoint:\tContainer Runtime Interface (CRI) image endpoint (default: "")
    timeout:\tTimeout of connecting to server (default: 2)
    debug:\tEnable debug output (default: false)
    pull-image-on-create:\tEnable pulling image on create requests (default: false)
    disable-pull-on-run:\tDisable pulling image on run requests (default: false)`,
  combineShort: true,
  flags: [
    text('get', '', 'Show the option value'),
    bool('list', '', 'Show all option value'),
    list('set', '', 'Set option (can specify multiple or separate values with commas: opt1=val1,opt2=val2)'),
  ],
  run: function* (context) {
    const { flags, args } = context;
    const settings = fromFile(context);
    if (flags.has('get')) return yield* context.print(`${String(settings[fieldOf(flags.text('get'))])}\n`);
    if (flags.has('set')) {
      for (const pair of flags.list('set').flatMap((each) => each.split(','))) set(settings, pair);
      return save(context, settings);
    }
    if (flags.bool('list'))
      return yield* context.print(`\x1b[2J\x1b[H${table([['KEY', 'VALUE'], ...configKeys.map(([key, field]) => [key, String(settings[field])])])}`);
    const [key = '', value = ''] = args;
    if (key === '') throw new ShowHelp();
    yield* context.log('info', `No --get, --set or --list provided, setting key ${JSON.stringify(key)} to value ${JSON.stringify(value)}`);
    put(settings, key, value, `set ${JSON.stringify(key)} to ${JSON.stringify(value)}: `);
    save(context, settings);
  },
};

/** What the file says; one that is missing is made, whatever was asked. */
function fromFile(context: Context): CrictlConfig {
  const { process, configPath } = context;
  if (!process.fs.exists(configPath)) save(context, emptyConfig());
  try {
    return readConfig(process, configPath);
  } catch (error) {
    if (error instanceof ConfigError) throw new Fatal(`load config file: ${error.message}`);
    throw error;
  }
}

function fieldOf(key: string, prefix = ''): keyof CrictlConfig {
  const known = configKeys.find(([name]) => name === key);
  if (!known) throw new Fatal(`${prefix}no configuration option named ${key}`);
  return known[1];
}

function set(settings: CrictlConfig, pair: string): void {
  const parts = pair.split('=');
  if (parts.length !== 2) throw new Fatal(`incorrectly specified option: ${pair}`);
  put(settings, parts[0] ?? '', parts[1] ?? '', '');
}

function put(settings: Record<keyof CrictlConfig, unknown>, key: string, value: string, prefix: string): void {
  const field = fieldOf(key, prefix);
  try {
    settings[field] = parseSetting(field, value, `parse ${key} value '${value}'`);
  } catch (error) {
    if (error instanceof ConfigError) throw new Fatal(prefix + error.message);
    throw error;
  }
}

function save({ process, configPath }: Context, settings: CrictlConfig): void {
  process.fs.write(configPath, writeConfig(settings, process.fs.exists(configPath) ? process.fs.read(configPath) : ''));
}
