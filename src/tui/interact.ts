/** All that takes keys: the program behind the screen, and Ink that draws it. */
import { render } from 'ink';
import { createElement } from 'react';
import { Application } from './app/application.ts';
import { App } from './components/app.tsx';
import type { Services } from './services.ts';
import type { Holder } from './terminal/host.ts';
import { InkInput } from './terminal/ink-input.ts';
import type { Painter } from './terminal/painter.ts';

/** `finish` gets the exit status. */
export function interact(services: Services, painter: Painter, finish: (status: number) => void): Holder {
  const ink = new InkInput();
  const application = new Application(services, painter, ink, (status) => {
    painter.pause(true);
    instance.unmount();
    finish(status);
  });
  const instance = render(createElement(App, { store: application.store, actions: application.actions }), {
    // What Ink asks of a terminal, and no more.
    stdout: painter as unknown as NodeJS.WriteStream,
    stdin: ink as unknown as NodeJS.ReadStream,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  setImmediate(() => application.begin());
  return {
    keys: (events) => application.keys(events),
    keepNow: () => application.keepNow(),
    suspend: () => application.suspend(),
    resume: () => application.resume(),
  };
}
