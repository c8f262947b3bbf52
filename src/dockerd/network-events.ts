/** What a container's start and end mean for its networks and volumes, told to who listens (moby daemon/events.go). */
import type { Engine } from './engine.ts';
import type { Container } from './state.ts';

/** `network connect` and `volume mount` before a start; `network disconnect` and `volume unmount` after an end. */
export function announce(engine: Engine, container: Container, starting: boolean): void {
  const { id, host } = container;
  if (!host.NetworkMode.startsWith('container:'))
    for (const name of container.endpoints.keys()) {
      const network = engine.network(name);
      engine.emit('network', starting ? 'connect' : 'disconnect', network.id, { container: id, name: network.name, type: network.driver });
    }
  for (const { Type, Name: name, Destination: destination, RW } of container.mounts)
    if (Type === 'volume' && name !== undefined)
      engine.emit(
        'volume',
        starting ? 'mount' : 'unmount',
        name,
        starting ? { container: id, destination, driver: 'local', propagation: '', 'read/write': String(RW) } : { container: id, driver: 'local' },
      );
}
