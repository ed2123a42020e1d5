package org.cofitune.engine.ranks;

import java.nio.file.Path;

/** Where the processes of a run find each other. */
public sealed interface Rendezvous {

  /**
   * A port of the first rank's machine, in {@code MASTER_ADDR} and {@code MASTER_PORT}. Whoever
   * reaches it can join: it is for networks whose machines trust each other, as with torchrun.
   */
  record Port(String host, int port) implements Rendezvous {
    @Override
    public boolean isLocal() {
      return host.equals("localhost") || host.startsWith("127.");
    }
  }

  /** A file that only this user can read, for processes of one machine. */
  record PrivateFile(Path path) implements Rendezvous {
    @Override
    public boolean isLocal() {
      return true;
    }
  }

  /** Whether all processes are on this machine, and need not be reached from elsewhere. */
  boolean isLocal();
}
