import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReportFinding } from '@closewait/core/report';
import { describe, expect, it } from 'vitest';
import { CLOSEWAIT, report } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { run } from '../support/run.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const LOADED_FOR_MS = 60_000;
const NODE_PORT = 8001;
const NGINX_PORT = 8002;
const REDIS_PORT = 8003;

/** A program of the test's namespace, ended by closing its input or with SIGTERM, by id. */
class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly #ended: Promise<void>;
  output = '';

  constructor(namespace: NetworkNamespace, command: readonly string[]) {
    const [file = '', ...args] = namespace.inside(command);
    this.process = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.#ended = new Promise((resolve) => {
      this.process.once('close', () => resolve());
    });
  }

  async endInput(): Promise<string> {
    this.process.stdin?.end();
    await this.#ended;
    return this.output;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGTERM');
    return this.#ended;
  }
}

function program(name: string, ...args: readonly (string | number)[]): readonly string[] {
  const path = fileURLToPath(new URL(`../support/programs/${name}.mjs`, import.meta.url));
  return [process.execPath, path, ...args.map(String)];
}

async function waitForPort(namespace: NetworkNamespace, port: number): Promise<void> {
  await waitUntil(`a listener on ${port}`, async () => {
    const { stdout } = await run(namespace.inside(['ss', '-Hltn', `sport = :${port}`]));
    return stdout !== '';
  });
}

function writeNginxConfiguration(folder: string): string {
  const path = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    path,
    `daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes 2; user root;
     events { worker_connections 512; }
     http { access_log off; ${temporary.join(' ')}
       server { listen 127.0.0.1:${NGINX_PORT}; location / { return 200 "hello\\n"; } } }\n`,
  );
  return path;
}

async function findingsIn(namespace: NetworkNamespace): Promise<readonly ReportFinding[]> {
  const { findings } = await report([...CLOSEWAIT, '--json']);
  return findings.filter(({ connections }) => connections.some(({ netns }) => netns === namespace.inode));
}

describe('healthy servers', () => {
  it('give no finding above benign under load, nginx, redis and Node.js with 200 connections a second', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'closewait-healthy-'));
    using namespace = makeNamespace();
    try {
      await using node = new Child(namespace, program('http-server', NODE_PORT));
      await using nginx = new Child(namespace, ['nginx', '-p', folder, '-c', writeNginxConfiguration(folder)]);
      await using redis = new Child(namespace, [
        'redis-server',
        '--port',
        String(REDIS_PORT),
        '--save',
        '',
        '--dir',
        folder,
      ]);
      for (const port of [NODE_PORT, NGINX_PORT, REDIS_PORT]) await waitForPort(namespace, port);
      await using onNode = new Child(namespace, program('http-load', NODE_PORT, 200));
      await using onNginx = new Child(namespace, program('http-load', NGINX_PORT, 60));
      await using onRedis = new Child(namespace, program('http-load', REDIS_PORT, 60, 'redis'));
      const wrong: ReportFinding[] = [];
      const start = performance.now();
      await waitUntil(
        'a minute of load',
        async () => {
          wrong.push(...(await findingsIn(namespace)).filter(({ severity }) => severity !== 'benign'));
          return performance.now() - start >= LOADED_FOR_MS;
        },
        2 * LOADED_FOR_MS,
      );
      expect(wrong.map(({ cause, title }) => `${cause}: ${title}`)).toEqual([]);
      for (const [load, least] of [
        [onNode, 5000],
        [onNginx, 1000],
        [onRedis, 1000],
      ] as const) {
        const answered = Number(/answered (\d+)/.exec(await load.endInput())?.[1]);
        expect(answered).toBeGreaterThan(least);
      }
      for (const server of [node, nginx, redis]) expect(server.process.exitCode).toBeNull();
      expect(await findingsIn(namespace)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 150_000);
});
