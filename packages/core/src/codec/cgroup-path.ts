import type { ContainerId, ContainerRuntime } from '../facts/index.ts';

/** Kinds of systemd units that have processes in a cgroup of their own (systemd.unit(5)), in the characters of a unit's name. */
const UNIT = /^[\w:.\\@-]+\.(?:service|scope|socket|mount|swap)$/;

/**
 * The systemd unit that a cgroup path lies in, null for none: the innermost, so below `user@1000.service` the user's
 * own unit, and inside a container with its own systemd that one's. Slices only group units.
 *
 * @example
 * unitOfCgroup('/user.slice/user-1000.slice/user@1000.service/app.slice/web.service') // 'web.service'
 */
export function unitOfCgroup(path: string): string | null {
  return (
    path
      .split('/')
      .map(unescapeComponent)
      .findLast((component) => UNIT.test(component)) ?? null
  );
}

/** systemd puts `_` before a unit whose name would look like a file of the kernel's (cg_escape, src/basic/cgroup-util.c). */
function unescapeComponent(component: string): string {
  return component.startsWith('_') ? component.slice(1) : component;
}

/** The prefix of a directory or scope before the container's id. */
const RUNTIME_OF_PREFIX: Readonly<Record<string, ContainerRuntime>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
};

const CONTAINER = /^(?:([a-z-]+)-)?([0-9a-f]{64})(?:\.scope)?$/;
/** containerd under a kubelet that uses the cgroupfs driver while runc uses systemd: `SLICE:cri-containerd:ID`. */
const CONTAINERD_TRIPLE = /:cri-containerd:([0-9a-f]{64})$/;
/** Parents below which containerd leaves the bare id: of a kubelet, and its own namespaces. */
const CONTAINERD_PARENT = /^\/(?:kubepods|k8s\.io|default)\b/;

/**
 * The container that a cgroup path lies in, null for none; the innermost one where they are nested. The monitors beside
 * a container (`libpod-conmon-…`, `crio-conmon-…`) are not in it. A bare id is Docker's, which leaves it bare below any
 * --cgroup-parent, or containerd's below Kubernetes or its own namespaces.
 *
 * @example
 * containerOfCgroup(`/system.slice/docker-${id}.scope`) // { runtime: 'docker', id }
 */
export function containerOfCgroup(path: string): ContainerId | null {
  for (const component of path.split('/').toReversed()) {
    const triple = CONTAINERD_TRIPLE.exec(component)?.[1];
    if (triple !== undefined) return { runtime: 'containerd', id: triple };
    const [, prefix, id] = CONTAINER.exec(component) ?? [];
    if (id !== undefined) {
      const bare = CONTAINERD_PARENT.test(path) ? 'containerd' : 'docker';
      const runtime = prefix === undefined ? bare : RUNTIME_OF_PREFIX[prefix];
      if (runtime !== undefined) return { runtime, id };
    }
  }
  return null;
}
