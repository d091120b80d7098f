import { describe, expect, it } from 'vitest';
import { containerOfCgroup, unitOfCgroup } from './index.ts';

const ID = '0123456789abcdef'.repeat(4);
const INNER = 'fedcba9876543210'.repeat(4);
const POD = '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1a_2b.slice';

describe('unitOfCgroup', () => {
  it.each([
    ['/system.slice/nginx.service', 'nginx.service'],
    ['/system.slice/system-postgresql.slice/postgresql@15-main.service', 'postgresql@15-main.service'],
    ['/user.slice/user-1000.slice/session-3.scope', 'session-3.scope'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/web.service', 'web.service'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice', 'user@1000.service'],
    ['/system.slice/orders.service/worker/3', 'orders.service'],
    ['/system.slice/sshd.socket', 'sshd.socket'],
    ['/system.slice/srv-my\\x2ddata.mount', 'srv-my\\x2ddata.mount'],
    ['/system.slice/_cpu.service', 'cpu.service'],
    [`/system.slice/docker-${ID}.scope/system.slice/app.service`, 'app.service'],
    ['/system.slice', null],
    ['/', null],
    ['/odd/.service', null],
    ['/odd/my service.service', null],
  ])('of %s is %s', (path, unit) => {
    expect(unitOfCgroup(path)).toBe(unit);
  });
});

describe('containerOfCgroup', () => {
  it.each([
    [`/system.slice/docker-${ID}.scope`, 'docker'],
    [`/docker/${ID}`, 'docker'],
    [`/docker/${ID}/init`, 'docker'],
    [`/custom-parent/${ID}`, 'docker'],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`, 'docker'],
    [`${POD}/docker-${ID}.scope`, 'docker'],
    [`${POD}/cri-containerd-${ID}.scope`, 'containerd'],
    [`/kubepods/besteffort/pod1a-2b/${ID}`, 'containerd'],
    [`/system.slice/containerd.service/kubepods-besteffort-pod1a.slice:cri-containerd:${ID}`, 'containerd'],
    [`/k8s.io/${ID}`, 'containerd'],
    [`/system.slice/nerdctl-${ID}.scope`, 'containerd'],
    [`${POD}/crio-${ID}.scope`, 'cri-o'],
    [`/kubepods/burstable/pod1a-2b/crio-${ID}`, 'cri-o'],
    [`/machine.slice/libpod-${ID}.scope`, 'podman'],
    [`/machine.slice/libpod-${ID}.scope/container`, 'podman'],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`, 'podman'],
    [`/libpod_parent/libpod-${ID}`, 'podman'],
    [`/docker/${INNER}/docker/${ID}`, 'docker'],
  ])('finds the container of %s', (path, runtime) => {
    expect(containerOfCgroup(path)).toEqual({ runtime, id: ID });
  });

  it.each([
    `/machine.slice/libpod-conmon-${ID}.scope`,
    `${POD}/crio-conmon-${ID}.scope`,
    `/system.slice/docker-${ID.slice(1)}.scope`,
    `/system.slice/other-${ID}.scope`,
    '/system.slice/docker.service',
    '/',
  ])('finds none in %s', (path) => {
    expect(containerOfCgroup(path)).toBeNull();
  });
});
