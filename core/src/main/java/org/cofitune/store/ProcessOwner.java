package org.cofitune.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * The process that has a run directory.
 *
 * @param pid its number, on its host; 0 if unknown
 * @param host the name of its machine
 * @param started when it started, in ISO 8601
 */
public record ProcessOwner(long pid, String host, String started) {
  private static final Path LINUX_HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final String UNKNOWN = "unknown";

  /** Two readings of when a process started may differ by the clock's resolution at boot. */
  private static final Duration SAME_START = Duration.ofSeconds(2);

  /** Whether the process is still there. */
  public enum Presence {
    /** It runs on this machine. */
    ALIVE,
    /** It ran on this machine and is gone, or its number belongs to another process by now. */
    GONE,
    /** It was started on another machine, which alone could tell. */
    ELSEWHERE
  }

  /** This process. */
  static ProcessOwner current() {
    ProcessHandle process = ProcessHandle.current();
    return new ProcessOwner(
        process.pid(),
        hostName(),
        process.info().startInstant().map(Instant::toString).orElse(UNKNOWN));
  }

  /** Read straight from the kernel where possible: a name server may take seconds to answer. */
  private static String hostName() {
    try {
      if (Files.isReadable(LINUX_HOST_NAME)) {
        return Files.readString(LINUX_HOST_NAME).strip();
      }
    } catch (IOException e) {
      return UNKNOWN;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return UNKNOWN;
    }
  }

  /** Whether the process is still there. */
  public Presence presence() {
    if (!host.equals(UNKNOWN) && !host.equals(hostName())) {
      return Presence.ELSEWHERE;
    }
    boolean alive =
        ProcessHandle.of(pid)
            .filter(ProcessHandle::isAlive)
            .filter(process -> process.info().startInstant().map(this::isStart).orElse(true))
            .isPresent();
    return alive ? Presence.ALIVE : Presence.GONE;
  }

  private boolean isStart(Instant instant) {
    try {
      return Duration.between(Instant.parse(started), instant).abs().compareTo(SAME_START) <= 0;
    } catch (DateTimeParseException e) {
      return true; // it could not be read when the process wrote it
    }
  }

  static ProcessOwner of(ObjectNode json) {
    return new ProcessOwner(
        json.path("pid").asLong(),
        json.path("host").asText(UNKNOWN),
        json.path("started").asText(UNKNOWN));
  }

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("pid", pid)
        .put("host", host)
        .put("started", started);
  }

  @Override
  public String toString() {
    return "process " + pid + " on " + host + ", started " + started;
  }
}
