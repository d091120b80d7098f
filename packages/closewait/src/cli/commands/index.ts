import type { Command } from '../command.ts';
import { parseDuration, parseInterval, parseLooks, parsePort, parseStates } from '../option-values.ts';
import {
  ARGUMENTS_OPTION,
  FROM_OPTION,
  JSON_OPTION,
  MIN_AGE_OPTION,
  NO_ALL_NAMESPACES_OPTION,
  QUICK_OPTION,
  SELECTORS,
  WHERE_OPTION,
} from '../options.ts';
import { LAB_EXPERIMENTS } from './lab-experiments.ts';

/** What runs when no command is named: `closewait :8000` is `closewait report :8000`. */
export const DEFAULT_COMMAND = 'report';

/** Every command, in the order of the help. Their code is loaded when they run. */
export const COMMANDS: readonly Command[] = [
  {
    name: DEFAULT_COMMAND,
    says: 'every process with connections in CLOSE-WAIT, and why (the default)',
    operands: SELECTORS,
    options: [
      JSON_OPTION,
      MIN_AGE_OPTION,
      QUICK_OPTION,
      WHERE_OPTION,
      FROM_OPTION,
      NO_ALL_NAMESPACES_OPTION,
      ARGUMENTS_OPTION,
    ],
    examples: ['closewait', 'closewait :8000', 'closewait pid:4121 --json', 'closewait cause:never-accepted'],
    load: () => import('./report.ts'),
  },
  {
    name: 'ls',
    says: 'one row a connection; one look, no diagnosis',
    operands: { ...SELECTORS, says: SELECTORS.says.replace(', cause:…', '') },
    options: [
      JSON_OPTION,
      {
        flags: '--state <states>',
        says: 'states to list, with commas, or all',
        parse: parseStates,
        default: { value: ['CLOSE-WAIT'], says: 'CLOSE-WAIT' },
      },
      MIN_AGE_OPTION,
      WHERE_OPTION,
      FROM_OPTION,
      NO_ALL_NAMESPACES_OPTION,
    ],
    examples: [
      'closewait ls',
      'closewait ls --state fin-wait-2 :443',
      "closewait ls --where 'rxQueueBytes > 1' --json",
    ],
    load: () => import('./ls.ts'),
  },
  {
    name: 'states',
    says: 'the TCP state diagram of RFC 9293 with the counts of this host; one state explained',
    operands: { spec: '[state...]', says: 'explains this one: CLOSE-WAIT, fin-wait-2, estab, …' },
    options: [
      JSON_OPTION,
      { flags: '--watch', says: 'look again and again, and mark what changed; q quits' },
      {
        flags: '--interval <duration>',
        says: 'the time between two looks of --watch',
        parse: parseInterval,
        default: { value: 1000, says: '1s' },
      },
      { flags: '--svg <file>', says: 'write the diagram as a picture; - is standard output' },
      FROM_OPTION,
      NO_ALL_NAMESPACES_OPTION,
    ],
    examples: [
      'closewait states',
      'closewait states CLOSE-WAIT',
      'closewait states --watch',
      'closewait states --svg -',
    ],
    load: () => import('./states.ts'),
  },
  {
    name: 'top',
    says: 'full screen: processes by stuck connections, their growth and causes, live; ? shows the keys',
    options: [
      {
        flags: '--interval <duration>',
        says: 'the time between two looks; + and - change it',
        parse: parseInterval,
        default: { value: 2000, says: '2s' },
      },
      MIN_AGE_OPTION,
      QUICK_OPTION,
      FROM_OPTION,
      NO_ALL_NAMESPACES_OPTION,
    ],
    examples: ['closewait top', 'closewait top --interval 500ms', 'closewait top --from incident.cwr'],
    load: () => import('./top.ts'),
  },
  {
    name: 'watch',
    says: 'each passive close as it happens: who closed, how long after the FIN, what ended it',
    operands: { ...SELECTORS, says: ':8000 (local port), 192.0.2.1:443 (peer), pid:123' },
    options: [
      { ...JSON_OPTION, says: 'print JSON, one document a line' },
      { flags: '--histogram', says: 'the distribution of the times instead of lines; q quits' },
      {
        flags: '--by <what>',
        says: 'a line of the histogram for each process, or each port',
        choices: ['process', 'port'],
        default: { value: 'process', says: 'process' },
      },
      {
        flags: '--slower-than <duration>',
        says: 'only those that stay so long; without it all, and from 1s on also while they stay',
        parse: parseDuration,
      },
      { flags: '--for <duration>', says: 'end after this time', parse: parseDuration },
      NO_ALL_NAMESPACES_OPTION,
    ],
    examples: [
      'closewait watch',
      'closewait watch :8000 --slower-than 100ms',
      'closewait watch --histogram --by port --for 60s',
      'closewait watch --json',
    ],
    load: () => import('./watch.ts'),
  },
  {
    name: 'explain',
    says: 'everything known of a process, port, connection or cause: evidence, threads, sequence, what to change',
    operands: SELECTORS,
    options: [
      JSON_OPTION,
      QUICK_OPTION,
      MIN_AGE_OPTION,
      WHERE_OPTION,
      FROM_OPTION,
      NO_ALL_NAMESPACES_OPTION,
      ARGUMENTS_OPTION,
    ],
    examples: ['closewait explain pid:4121', 'closewait explain :8000', 'closewait explain cause:worker-stuck'],
    load: () => import('./explain.ts'),
  },
  {
    name: 'reap',
    says: 'one pass of a policy: which connections it would end, and why not the others; docs/policy.md',
    options: [
      { flags: '--policy <file>', says: 'the policy, YAML', required: true },
      { flags: '--explain', says: 'for each connection which rule or protection decided, and why' },
      JSON_OPTION,
      { flags: '--yes', says: 'do it, where the mode of the policy is enforce; without it nothing is changed' },
      {
        flags: '--looks <count>',
        says: 'how many looks to take; default what the rules ask for with grace',
        parse: parseLooks,
      },
      {
        flags: '--interval <duration>',
        says: 'the time between two looks',
        parse: parseInterval,
        default: { value: 5000, says: '5s' },
      },
      { ...FROM_OPTION, says: 'plan for a recording of `closewait record`, as if nothing changed between the looks' },
      NO_ALL_NAMESPACES_OPTION,
    ],
    examples: [
      'closewait reap --policy reap.yaml',
      'closewait reap --policy reap.yaml --explain',
      'closewait reap --policy reap.yaml --from incident.cwr --explain',
      'closewait reap --policy reap.yaml --yes',
    ],
    load: () => import('./reap.ts'),
  },
  {
    name: 'record',
    says: 'everything that the kernel says, to a file that --from reads',
    options: [
      { flags: '-o, --output <file>', says: 'the file to write', required: true },
      { flags: '--force', says: 'replace the file when it exists' },
      { ...ARGUMENTS_OPTION, says: 'record the arguments of command lines: they may hold secrets' },
      NO_ALL_NAMESPACES_OPTION,
    ],
    examples: ['closewait record -o incident.cwr', 'closewait --from incident.cwr'],
    load: () => import('./record.ts'),
  },
  {
    name: 'pcap',
    says: 'a capture of tcpdump or dumpcap: who never sent its FIN, since when, and how sure that is',
    operands: {
      spec: '[file selectors...]',
      says: 'the file (pcap or pcapng), - for standard input; then :8000 or 192.0.2.1:443, an end of the connections',
    },
    options: [
      JSON_OPTION,
      { flags: '--all', says: 'also connections that have ended' },
      { ...MIN_AGE_OPTION, says: 'no verdict where the capture ends sooner than this after the FIN' },
    ],
    examples: [
      'closewait pcap incident.pcapng',
      'closewait pcap incident.pcapng :8080',
      'tcpdump -i any -s 96 -w - tcp | closewait pcap -',
    ],
    load: () => import('./pcap.ts'),
  },
  {
    name: 'doctor',
    says: 'which privileges and kernel features are here, what each adds, how to get it',
    options: [JSON_OPTION],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'lab',
    says: 'reproduces causes of stuck connections with real processes and sockets',
    operands: { spec: '[scenario...]', says: 'a scenario; without one they are listed' },
    options: [
      { flags: '--list', says: 'lists the scenarios, each with the cause that it builds' },
      { flags: '--port <port>', says: 'where the server listens on 127.0.0.1; 0: any free port', parse: parsePort },
      {
        flags: '--busy <what>',
        says: 'the server is in a read or a write while its client closes',
        choices: ['read', 'write'],
      },
      { flags: '--fixed', says: 'the server closes when read answers 0 or an error that lasts' },
      { flags: '--show', says: 'the run as a sequence: segments, states and system calls as they were measured' },
      { flags: '--html <file>', says: 'with --show: to a page of its own' },
      { ...JSON_OPTION, says: 'with --show: print JSON instead of text' },
      { flags: '--all', says: 'with --show: every connection, and nothing folded' },
    ],
    commands: LAB_EXPERIMENTS,
    examples: ['closewait lab --list', 'closewait lab never-accepted', 'closewait lab close-missing --show'],
    load: () => import('./lab.ts'),
  },
  {
    name: 'demo',
    says: 'a tour in under 30 seconds: four broken servers, what is said of them, one explained, one ended',
    options: [],
    load: () => import('./demo.ts'),
  },
];
