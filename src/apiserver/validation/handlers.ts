/** Probes and hooks: kubernetes pkg/apis/core/validation/validation.go validateProbe, validateHandler, validateLifecycle. */
import type { core } from '../../api/types.ts';
import { forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts';
import { validateHttpHeaderName, validatePortName, validatePortNumber } from '../../apimachinery/names.ts';
import { type Errors, invalidAll, notNegative, oneOf } from './report.ts';

type Handler = core.LifecycleHandler & { readonly grpc?: { readonly port?: number } };

/** The three probes of a container. */
export function checkProbes(errors: Errors, path: string, container: core.Container, grace: number | undefined): void {
  if (container.livenessProbe) checkProbe(errors, `${path}.livenessProbe`, container.livenessProbe, grace, true);
  if (container.readinessProbe) {
    checkProbe(errors, `${path}.readinessProbe`, container.readinessProbe, grace, false);
    const seconds = container.readinessProbe.terminationGracePeriodSeconds;
    if (seconds !== undefined)
      errors.push(invalidValue(`${path}.readinessProbe.terminationGracePeriodSeconds`, seconds, 'must not be set for readinessProbes'));
  }
  if (container.startupProbe) checkProbe(errors, `${path}.startupProbe`, container.startupProbe, grace, true);
}

function checkProbe(errors: Errors, path: string, probe: core.Probe, grace: number | undefined, once: boolean): void {
  checkHandler(errors, path, probe as Handler, grace);
  for (const name of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    const value = probe[name];
    if (value !== undefined && value < 0) notNegative(errors, `${path}.${name}`, value);
  }
  const seconds = probe.terminationGracePeriodSeconds;
  if (seconds !== undefined && seconds <= 0) errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, seconds, 'must be greater than 0'));
  if (once && probe.successThreshold !== undefined && probe.successThreshold !== 1)
    errors.push(invalidValue(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
}

/** postStart and preStop. */
export function checkLifecycle(errors: Errors, path: string, lifecycle: core.Lifecycle, grace: number | undefined): void {
  if (lifecycle.postStart) checkHandler(errors, `${path}.postStart`, lifecycle.postStart as Handler, grace);
  if (lifecycle.preStop) checkHandler(errors, `${path}.preStop`, lifecycle.preStop as Handler, grace);
}

const kinds = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function checkHandler(errors: Errors, path: string, handler: Handler, grace: number | undefined): void {
  let count = 0;
  for (const kind of kinds) {
    const action = handler[kind];
    if (action === undefined) continue;
    const at = `${path}.${kind}`;
    if (count++ > 0) errors.push(forbiddenField(at, 'may not specify more than 1 handler type'));
    else checks[kind](errors, at, action as never, grace);
  }
  if (count === 0) errors.push(required(path, 'must specify a handler type'));
}

const checks = {
  exec: (errors: Errors, path: string, { command }: core.ExecAction): void => {
    if (!command?.length) errors.push(required(`${path}.command`));
  },
  httpGet: (errors: Errors, path: string, action: core.HTTPGetAction): void => {
    if (!action.path) errors.push(required(`${path}.path`));
    checkPort(errors, `${path}.port`, action.port);
    oneOf(errors, `${path}.scheme`, action.scheme, ['HTTP', 'HTTPS']);
    for (const { name } of action.httpHeaders ?? []) invalidAll(errors, `${path}.httpHeaders`, name, validateHttpHeaderName(name));
  },
  tcpSocket: (errors: Errors, path: string, { port }: core.TCPSocketAction): void => checkPort(errors, `${path}.port`, port),
  grpc: (errors: Errors, path: string, { port }: { readonly port?: number }): void => checkPort(errors, `${path}.port`, port),
  sleep: (errors: Errors, path: string, { seconds }: { readonly seconds: number }, grace: number | undefined): void => {
    if (grace !== undefined && (seconds < 0 || seconds > grace))
      errors.push(invalidValue(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`));
  },
};

/** ValidatePortNumOrName */
export function checkPort(errors: Errors, path: string, port: number | string | undefined): void {
  if (typeof port === 'string') invalidAll(errors, path, port, validatePortName(port));
  else if (!((port ?? 0) >= 1 && (port ?? 0) <= 65535)) invalidAll(errors, path, port ?? 0, validatePortNumber(port ?? 0));
}
