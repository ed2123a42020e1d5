package org.cofitune.engine.ranks;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.cofitune.engine.EngineOptions;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Which of the processes of a run this one is, as its launcher says in environment variables: those
 * of torchrun and of Kubernetes' PyTorchJob ({@code RANK}, {@code WORLD_SIZE}, {@code MASTER_ADDR},
 * {@code MASTER_PORT}, {@code LOCAL_RANK}, {@code LOCAL_WORLD_SIZE}), or those of Slurm's srun.
 *
 * @param rank this process, from 0
 * @param size all processes
 * @param localRank this process among those of its machine, from 0
 * @param localSize the processes of its machine
 * @param rendezvous where they find each other
 */
public record RankLayout(int rank, int size, int localRank, int localSize, Rendezvous rendezvous) {
  /** Names a file instead of {@code MASTER_ADDR} and {@code MASTER_PORT}. */
  public static final String RENDEZVOUS_FILE = "COFITUNE_RENDEZVOUS_FILE";

  private static final int LARGEST_WORLD = 1 << 16;
  private static final int LARGEST_PORT = 65_535;

  /** The layout that a launcher has set; empty where this process is alone. */
  public static Optional<RankLayout> of(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    if (environment.containsKey("RANK") || environment.containsKey("WORLD_SIZE")) {
      return ofVariables(variables);
    }
    return environment.containsKey("SLURM_STEP_NUM_TASKS")
        ? SlurmStep.layout(variables)
        : Optional.empty();
  }

  private static Optional<RankLayout> ofVariables(Variables variables) {
    int size = variables.number("WORLD_SIZE", 1, LARGEST_WORLD);
    int rank = variables.number("RANK", 0, size - 1);
    if (size == 1) {
      return Optional.empty();
    }
    int localSize = variables.numberOr("LOCAL_WORLD_SIZE", 1, size, 1);
    int localRank = variables.numberOr("LOCAL_RANK", 0, localSize - 1, 0);
    Rendezvous rendezvous =
        variables
            .text(RENDEZVOUS_FILE)
            .<Rendezvous>map(file -> new Rendezvous.PrivateFile(Path.of(file)))
            .orElseGet(
                () ->
                    new Rendezvous.Port(
                        variables.required("MASTER_ADDR"),
                        variables.number("MASTER_PORT", 1, LARGEST_PORT)));
    return Optional.of(new RankLayout(rank, size, localRank, localSize, rendezvous));
  }

  /**
   * The options of this process's engine: processes of one machine share its processors, and each
   * has a GPU of its own where GPUs are used.
   */
  public EngineOptions placed(EngineOptions options) {
    int processors = Runtime.getRuntime().availableProcessors();
    EngineOptions placed =
        options.threads() == 0 && localSize > 1
            ? options.withThreads(Math.max(1, processors / localSize))
            : options;
    return placed.device().equals("cuda") ? placed.withDevice("cuda:" + localRank) : placed;
  }

  /** What a command ends with that only works alone. */
  public CofituneException refusal(String command) {
    return CofituneException.of(ErrorKind.RECIPE, command + " runs in one process")
        .at("WORLD_SIZE")
        .expected("1")
        .found(size)
        .next("start it without launch, torchrun, or several srun tasks")
        .build();
  }

  /** Environment variables, with errors that name them. */
  record Variables(Map<String, String> environment) {
    Optional<String> text(String name) {
      return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    String required(String name) {
      return text(name).orElseThrow(() -> refused(name, "a value", "none"));
    }

    int number(String name, int least, int most) {
      String value = required(name);
      String expected = "a number from " + least + " to " + most;
      try {
        int number = Integer.parseInt(value.strip());
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        throw refused(name, expected, value);
      }
      throw refused(name, expected, value);
    }

    int numberOr(String name, int least, int most, int otherwise) {
      return text(name).isPresent() ? number(name, least, most) : otherwise;
    }

    static CofituneException refused(String name, String expected, Object found) {
      return CofituneException.of(ErrorKind.RECIPE, "unusable environment variable")
          .at(name)
          .expected(expected)
          .found(found)
          .next(
              "start with cofitune launch, torchrun's variables, or srun; or unset RANK and "
                  + "WORLD_SIZE to run alone")
          .build();
    }
  }
}
