/** The work that both simulators do: a Deployment of so many nginx pods on three nodes. */
export const replicas = 300;
