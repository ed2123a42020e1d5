package org.cofitune.benchmarks;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.model.RopeScaling;
import org.cofitune.pipeline.StepTime;
import org.cofitune.pipeline.WorkEstimate;

/**
 * Prints what {@link StepTime} says of known models on GPUs that nobody here has: a table for
 * docs/scale.md. {@code benchmarks/paper} starts it.
 */
public final class ScaleTable {
  /**
   * Half of what a matrix product in bfloat16 reaches on one H100, its memory, its share of a NIC.
   */
  private static final StepTime.Machine GPU = new StepTime.Machine(300e12, 3e12, 45e9);

  private static final int ROWS = 16;
  private static final int TOKENS = 512;
  private static final int SUPERVISED = 256;
  private static final double WEIGHT_BYTES = 2;
  private static final double MASTER_BYTES = 8;
  private static final double MOMENT_BYTES = 8;
  private static final double GIB = 1L << 30;

  private static final List<Model> MODELS =
      List.of(
          new Model("7B", 4096, 11_008, 32, 32, 32),
          new Model("13B", 5120, 13_824, 40, 40, 40),
          new Model("33B", 6656, 17_920, 60, 52, 52),
          new Model("70B", 8192, 28_672, 80, 64, 8));

  private static final List<Integer> PROCESSES = List.of(1, 8, 64, 256);

  private ScaleTable() {}

  private record Model(
      String name, int hidden, int intermediate, int layers, int heads, int keyValueHeads) {
    ModelConfig config() {
      AttentionConfig attention =
          new AttentionConfig(heads, keyValueHeads, hidden / heads, false, false, false, 0, 0);
      return new ModelConfig(
          "llama",
          32_000,
          hidden,
          intermediate,
          layers,
          attention,
          false,
          1e-5,
          10_000,
          new RopeScaling.None(),
          4096,
          false);
    }
  }

  /** Prints the table. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println(
        "| model | trained | GPUs | s/step | tokens/s | of so many times one | GiB a GPU |");
    out.println("|---|---|---:|---:|---:|---:|---:|");
    for (Model model : MODELS) {
      for (String region : List.of("25%-50%:up_proj,down_proj", "all")) {
        for (int processes : PROCESSES) {
          out.println(row(model, region, processes));
        }
      }
    }
  }

  private static String row(Model model, String text, int processes) {
    ModelConfig config = model.config();
    Region region = RegionParser.parse(text, config.numHiddenLayers());
    double trained = ParameterNames.count(region.parameters(config));
    double all = ParameterNames.count(ParameterNames.shapes(config));
    WorkEstimate work = WorkEstimate.of(config, region, true);
    double operations = work.operations((double) ROWS * TOKENS, (double) ROWS * SUPERVISED);
    StepTime time = StepTime.of(operations, trained, processes, GPU);
    double memory =
        WEIGHT_BYTES * all + trained * (MASTER_BYTES + MOMENT_BYTES / processes - WEIGHT_BYTES);
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.2f | %,.0f | %.0f %% | %.0f |",
        model.name(),
        text.equals("all") ? "all" : "region",
        processes,
        time.seconds(),
        processes * ROWS * TOKENS / time.seconds(),
        100 * time.efficiency(),
        memory / GIB);
  }
}
