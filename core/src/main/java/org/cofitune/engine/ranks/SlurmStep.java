package org.cofitune.engine.ranks;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A step of a Slurm job: what srun tells each of its tasks. */
final class SlurmStep {
  /** Ports for the steps of a machine, by job and step, where {@code MASTER_PORT} is not set. */
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 20_000;
  private static final int LARGEST_WORLD = 1 << 16;

  /** The first name of a host list: {@code gpu[003-007,9]-ib,login} begins with gpu003-ib. */
  private static final Pattern FIRST_HOST =
      Pattern.compile("([^,\\[\\]]+)(?:\\[([0-9]+)[^\\]]*\\]([^,\\[\\]]*))?.*");

  /** Tasks of one or more nodes: {@code 2(x3)}. */
  private static final Pattern TASKS = Pattern.compile("(\\d{1,5})(?:\\(x(\\d{1,5})\\))?");

  private SlurmStep() {}

  static Optional<RankLayout> layout(RankLayout.Variables variables) {
    int size = variables.number("SLURM_STEP_NUM_TASKS", 1, LARGEST_WORLD);
    if (size == 1) {
      return Optional.empty();
    }
    int rank = variables.number("SLURM_PROCID", 0, size - 1);
    int node = variables.numberOr("SLURM_NODEID", 0, size - 1, 0);
    int localSize =
        tasksOn(node, variables.text("SLURM_STEP_TASKS_PER_NODE").orElse(String.valueOf(size)));
    int localRank = variables.number("SLURM_LOCALID", 0, localSize - 1);
    String host =
        variables
            .text("MASTER_ADDR")
            .orElseGet(() -> firstHost(variables.required("SLURM_STEP_NODELIST")));
    int port = variables.numberOr("MASTER_PORT", 1, 65_535, port(variables));
    return Optional.of(
        new RankLayout(rank, size, localRank, localSize, new Rendezvous.Port(host, port)));
  }

  private static int port(RankLayout.Variables variables) {
    long sum = number(variables, "SLURM_JOB_ID") + number(variables, "SLURM_STEP_ID");
    return FIRST_PORT + (int) (sum % PORTS);
  }

  private static long number(RankLayout.Variables variables, String name) {
    return variables
        .text(name)
        .filter(text -> text.matches("\\d{1,12}"))
        .map(Long::valueOf)
        .orElse(0L);
  }

  static String firstHost(String nodes) {
    Matcher matcher = FIRST_HOST.matcher(nodes.strip());
    if (!matcher.matches()) {
      throw RankLayout.Variables.refused("SLURM_STEP_NODELIST", "a list of hosts", nodes);
    }
    return matcher.group(2) == null
        ? matcher.group(1)
        : matcher.group(1) + matcher.group(2) + matcher.group(3);
  }

  static int tasksOn(int node, String tasksPerNode) {
    int before = 0;
    for (String part : tasksPerNode.split(",", -1)) {
      Matcher matcher = TASKS.matcher(part.strip());
      if (!matcher.matches()) {
        break;
      }
      before += matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
      if (node < before) {
        return Integer.parseInt(matcher.group(1));
      }
    }
    throw RankLayout.Variables.refused(
        "SLURM_STEP_TASKS_PER_NODE", "tasks of node " + node + ", as 2(x3),1", tasksPerNode);
  }
}
