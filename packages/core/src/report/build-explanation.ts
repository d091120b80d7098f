import {
  causeOf,
  type Diagnosis,
  type Finding,
  LANGUAGES,
  type Language,
  type StuckConnection,
} from '../diagnose/index.ts';
import type { Facts, RuntimeName, SocketFacts } from '../facts/index.ts';
import { buildReport, type ReportOptions } from './build-report.ts';
import { buildSequence } from './build-sequence.ts';
import { buildThreads } from './build-threads.ts';
import type { SocketFinder } from './describe-thread.ts';
import { EXPLANATION_SCHEMA_ID, type ExplainedFinding, type Explanation } from './explain-document.ts';
import { findPeers } from './find-peers.ts';
import { selectOldest } from './group-connections.ts';

/** The JSON document of `closewait explain`: the report, with threads, sequences and what a cause is in general. */
export function buildExplanation(facts: Facts, diagnosis: Diagnosis, options: ReportOptions): Explanation {
  const report = buildReport(facts, diagnosis, options);
  const oldest = diagnosis.findings.map(({ connections }) => selectOldest(connections, 1)[0] ?? null);
  const peers = findPeers(
    oldest.flatMap((connection) => connection?.socket ?? []),
    facts.sockets,
  );
  const findSocket = indexSockets(facts);
  const explain = (
    finding: Finding,
    connection: StuckConnection | null,
  ): Omit<ExplainedFinding, keyof (typeof report.findings)[number]> => {
    const activity = facts.closeLook?.activities.get(finding.process?.pid ?? -1);
    const cause = causeOf(finding.cause);
    return {
      summary: cause.summary,
      explanation: cause.explanation,
      others: finding.alternatives.map((other) => ({ ...other, summary: causeOf(other.cause).summary })),
      codeFixes: orderFixes(cause.codeFixes, activity?.runtime.known === true ? activity.runtime.value : null),
      threads: activity === undefined ? null : buildThreads(activity, findSocket),
      sequence:
        connection === null
          ? null
          : buildSequence(connection, finding.listener, peers.get(connection.socket.cookie), facts),
    };
  };
  return {
    ...report,
    schema: EXPLANATION_SCHEMA_ID,
    findings: report.findings.flatMap((shown, index) => {
      const finding = diagnosis.findings[index];
      return finding === undefined ? [] : [{ ...shown, ...explain(finding, oldest[index] ?? null) }];
    }),
  };
}

/** Programs of these runtimes are written in a language of the list; others have only the general advice first. */
const LANGUAGE_OF: Readonly<Partial<Record<RuntimeName, Language>>> = {
  node: 'node',
  go: 'go',
  jvm: 'java',
  python: 'python',
  nginx: 'c',
  haproxy: 'c',
};

function orderFixes(
  fixes: Readonly<Partial<Record<Language, string>>>,
  runtime: RuntimeName | null,
): ExplainedFinding['codeFixes'] {
  const own = runtime === null ? undefined : LANGUAGE_OF[runtime];
  const order = LANGUAGES.toSorted((a, b) => Number(b === own) - Number(a === own));
  return order.flatMap((language) => {
    const says = fixes[language];
    return says === undefined ? [] : [{ language, says }];
  });
}

function indexSockets({ sockets, listeners, closeLook }: Facts): SocketFinder {
  const byInode = new Map<number, SocketFacts>();
  for (const list of [sockets, listeners, closeLook?.congested ?? []]) {
    for (const socket of list) if (socket.inode !== 0) byInode.set(socket.inode, socket);
  }
  return (inode) => byInode.get(inode);
}
