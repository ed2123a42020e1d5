package org.cofitune.engine.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.cofitune.engine.EngineOptions;
import org.cofitune.error.CofituneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankLayoutTest {
  private static final Map<String, String> TORCHRUN =
      Map.of(
          "RANK", "5",
          "WORLD_SIZE", "8",
          "LOCAL_RANK", "1",
          "LOCAL_WORLD_SIZE", "4",
          "MASTER_ADDR", "node0",
          "MASTER_PORT", "29500");

  @Test
  void aProcessIsAloneUnlessALauncherSaysOtherwise() {
    assertThat(RankLayout.of(Map.of())).isEmpty();
    assertThat(RankLayout.of(Map.of("RANK", "0", "WORLD_SIZE", "1"))).isEmpty();
    // A batch script of Slurm's, outside srun.
    assertThat(RankLayout.of(Map.of("SLURM_PROCID", "0", "SLURM_NTASKS", "8"))).isEmpty();
  }

  @Test
  void torchrunsVariablesAreRead() {
    assertThat(RankLayout.of(TORCHRUN))
        .contains(new RankLayout(5, 8, 1, 4, new Rendezvous.Port("node0", 29500)));
  }

  @Test
  void aPodOfPyTorchJobHasNoLocalRank() {
    Map<String, String> pod = new HashMap<>(TORCHRUN);
    pod.keySet().removeIf(name -> name.startsWith("LOCAL"));

    assertThat(RankLayout.of(pod))
        .contains(new RankLayout(5, 8, 0, 1, new Rendezvous.Port("node0", 29500)));
  }

  @Test
  void processesOfOneMachineMeetInAFile() {
    Map<String, String> launched = new HashMap<>(TORCHRUN);
    launched.keySet().removeIf(name -> name.startsWith("MASTER"));
    launched.put(RankLayout.RENDEZVOUS_FILE, "/run/me/store");

    assertThat(RankLayout.of(launched).orElseThrow().rendezvous())
        .isEqualTo(new Rendezvous.PrivateFile(Path.of("/run/me/store")));
  }

  @Test
  void tasksOfSrunAreRead() {
    Map<String, String> task =
        Map.of(
            "SLURM_STEP_NUM_TASKS", "12",
            "SLURM_PROCID", "9",
            "SLURM_LOCALID", "1",
            "SLURM_NODEID", "2",
            "SLURM_STEP_TASKS_PER_NODE", "4(x3)",
            "SLURM_STEP_NODELIST", "gpu[007-009]",
            "SLURM_JOB_ID", "123456",
            "SLURM_STEP_ID", "1");

    assertThat(RankLayout.of(task))
        .contains(new RankLayout(9, 12, 1, 4, new Rendezvous.Port("gpu007", 23457)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "node1; node1",
        "a,b,c; a",
        "gpu[003-007,9]; gpu003",
        "gpu[3]-ib,login; gpu3-ib",
        "rack1-[01-02],rack2-[01]; rack1-01"
      })
  void theFirstHostOfAListIsTheAddress(String nodes, String first) {
    assertThat(SlurmStep.firstHost(nodes)).isEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 2", "2, 1", "3, 5"})
  void tasksOfANodeAreCounted(int node, int tasks) {
    assertThat(SlurmStep.tasksOn(node, "2(x2),1,5")).isEqualTo(tasks);
  }

  @ParameterizedTest
  @CsvSource({
    "RANK, 8",
    "RANK, x",
    "WORLD_SIZE, 0",
    "LOCAL_RANK, 4",
    "MASTER_PORT, 70000",
    "MASTER_ADDR, ''"
  })
  void whatCannotBeIsRefusedByItsName(String name, String value) {
    Map<String, String> wrong = new HashMap<>(TORCHRUN);
    wrong.put(name, value);

    assertThatThrownBy(() -> RankLayout.of(wrong))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining(name);
  }

  @Test
  void processesOfOneMachineShareItsProcessorsAndHaveAGpuEach() {
    RankLayout layout = RankLayout.of(TORCHRUN).orElseThrow();
    int processors = Runtime.getRuntime().availableProcessors();
    EngineOptions defaults = EngineOptions.defaults();

    assertThat(layout.placed(defaults).threads()).isEqualTo(Math.max(1, processors / 4));
    assertThat(layout.placed(defaults.withThreads(3)).threads()).isEqualTo(3);
    assertThat(layout.placed(defaults.withDevice("cuda")).device()).isEqualTo("cuda:1");
    assertThat(layout.placed(defaults.withDevice("cpu")).device()).isEqualTo("cpu");
  }
}
