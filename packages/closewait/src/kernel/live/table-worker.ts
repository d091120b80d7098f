import { parentPort, workerData } from 'node:worker_threads';
import { readDescriptorTable } from './proc-files.ts';
import type { TableWork } from './read-tables.ts';

/** The second thread of read-tables.ts: reads its tables, hands the columns over without copying them, and ends. */
const answers = (workerData as TableWork).map((path) => readDescriptorTable(path));
const columns = answers.flatMap((answer) =>
  answer.known
    ? [answer.value.fds, answer.value.inodes, answer.value.epolls, answer.value.rings].map(({ buffer }) => buffer)
    : [],
);
parentPort?.postMessage(answers, columns as ArrayBuffer[]);
