/** The terminal interface, from the first frame to the exit status. */
import { render } from 'ink';
import { createElement } from 'react';
import { Application } from './app/application.ts';
import { App } from './components/app.tsx';
import type { Services } from './services.ts';
import { Host } from './terminal/host.ts';
import { InkInput } from './terminal/ink-input.ts';
import { Painter } from './terminal/painter.ts';

/** Takes the terminal over, and gives it back when the learner is done. */
export function runTui(services: Services): Promise<number> {
  const { stdin, stdout } = process;
  return new Promise((resolve) => {
    const painter = new Painter(stdout);
    const ink = new InkInput();
    const finish = (status: number): void => {
      painter.close();
      instance.unmount();
      host.close();
      resolve(status);
    };
    const application = new Application(services, painter, ink, finish);
    const host = new Host({
      stdin,
      stdout,
      onKeys: (events) => application.keys(events),
      onEnd: () => application.keepNow(),
      onSuspend: () => application.suspend(),
      onResume: () => application.resume(),
    });
    host.open();
    const instance = render(createElement(App, { store: application.store, actions: application.actions }), {
      // What Ink asks of a terminal, and no more.
      stdout: painter as unknown as NodeJS.WriteStream,
      stdin: ink as unknown as NodeJS.ReadStream,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
    setImmediate(() => application.begin());
  });
}
