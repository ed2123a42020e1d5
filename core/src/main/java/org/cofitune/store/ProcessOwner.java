package org.cofitune.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

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
