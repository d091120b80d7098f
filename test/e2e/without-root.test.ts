import { describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../support/leaks.ts';
import { run } from '../support/run.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';

expectNothingLeaked();

describe('the laboratory without root', () => {
  it('plays a scenario in a user namespace, and the report finds its cause', async () => {
    using unprivileged = unprivilegedCloseWait();
    const { exitCode, stdout, stderr } = await run(unprivileged.command(['lab', 'close-missing']));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ {2}close-missing, likely/m);
    expect(exitCode).toBe(0);
  });

  it('reports connections of the scenario whose holder it may not see', async () => {
    using unprivileged = unprivilegedCloseWait();
    const { exitCode, stdout, stderr } = await run(unprivileged.command(['lab', 'holder-hidden-in-flight']));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^no holder seen +3 stuck$/m);
    expect(stdout).toMatch(/the holder was not found, and descriptor tables of/);
    expect(exitCode).toBe(0);
  });

  it('says in one line what a scenario is not allowed', async () => {
    using unprivileged = unprivilegedCloseWait();
    const { exitCode, stderr } = await run(unprivileged.command(['lab', 'process-stopped-frozen']));
    expect(stderr).toBe('closewait: this scenario cannot make a cgroup: EACCES; run as root\n');
    expect(exitCode).toBe(3);
  });

  it('says in one line what is missing where user namespaces are not allowed either', async () => {
    using unprivileged = unprivilegedCloseWait();
    // A process below a changed root is refused user namespaces: create_user_ns, kernel/user_namespace.c.
    const script = 'mount -t tmpfs tmpfs /mnt; mkdir /mnt/root; mount --rbind / /mnt/root; exec chroot /mnt/root "$@"';
    const inChroot = ['unshare', '--mount', '--', 'sh', '-ec', script, 'sh'];
    const command = unprivileged.command(['lab', 'close-missing']);
    const { exitCode, stdout, stderr } = await run([...inChroot, ...command]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^closewait: cannot make a network namespace \(unshare: EPERM\), nor a user namespace \(.+\); run as root, .+\n$/,
    );
    expect(exitCode).toBe(3);
  });
});
