import type { ConnectionPage, HostLook, PageRequest } from './host-look.ts';

/** The host, as the screens see it. What implements it looks elsewhere: a look must not keep a key waiting. */
export interface HostWatch {
  /** Set for a recording: its name, escaped. It does not change, so one look is enough. */
  readonly recording: string | null;
  /**
   * Looks and diagnoses.
   *
   * @throws ClosewaitError `cannot-look` where the kernel refuses. The next look may succeed.
   */
  look(): Promise<HostLook>;
  /** A part of a list of connections of the last look. */
  page(request: PageRequest): Promise<ConnectionPage>;
}
