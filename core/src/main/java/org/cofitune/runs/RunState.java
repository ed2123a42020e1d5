package org.cofitune.runs;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.cofitune.pipeline.RunEnd;
import org.cofitune.store.ProcessOwner;

/**
 * What has become of a run.
 *
 * @param kind in one word
 * @param text for people: {@code stopped: process 4711 is gone}
 */
public record RunState(Kind kind, String text) {

  /** What has become of a run, in one word. */
  public enum Kind {
    /** A process of this machine works in it. */
    RUNNING,
    /** A process of another machine has it, and has not given it back. */
    ELSEWHERE,
    /** The process that worked in it was killed. */
    STOPPED,
    /** Somebody stopped it, and what it had reached is saved. */
    INTERRUPTED,
    /** It ended with an error. */
    FAILED,
    /** It is complete. */
    FINISHED,
    /** No process has it, and it is not complete. */
    UNFINISHED;

    /** The word in JSON. */
    @JsonValue
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static RunState of(Kind kind) {
    return new RunState(kind, kind.toString());
  }

  /** The state of a run that a process has, or had when it was killed. */
  static RunState of(ProcessOwner owner) {
    return switch (owner.presence()) {
      case ALIVE -> new RunState(Kind.RUNNING, "running: process " + owner.pid());
      case ELSEWHERE ->
          new RunState(Kind.ELSEWHERE, "running: process " + owner.pid() + " on " + owner.host());
      case GONE -> new RunState(Kind.STOPPED, "stopped: process " + owner.pid() + " is gone");
    };
  }

  /** The state of a run whose last process said how it ended. */
  static RunState of(RunEnd end) {
    return switch (end.way()) {
      case FINISHED -> of(Kind.FINISHED);
      case INTERRUPTED -> of(Kind.INTERRUPTED);
      case FAILED -> new RunState(Kind.FAILED, "failed: " + end.message());
    };
  }

  /** The state of a run whose last process said nothing. */
  static RunState unsaid(boolean complete, boolean interrupted) {
    if (complete) {
      return of(Kind.FINISHED);
    }
    return interrupted ? of(Kind.INTERRUPTED) : new RunState(Kind.UNFINISHED, "not finished");
  }
}
