package org.cofitune.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.RegionParser;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HalfSelectionTest {
  @TempDir Path temporary;
  private ModelConfig config;

  @BeforeEach
  void readConfig() {
    config = ModelConfigReader.read(TinyModel.llama().writeTo(temporary.resolve("model")));
  }

  @Test
  void ofEveryLayerHalfOfTheAttentionMatricesAndNormsAreTrained() {
    Set<String> trained = choose("all", 42);
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      assertThat(count(trained, layer, "self_attn\\..*weight")).isEqualTo(2);
      assertThat(count(trained, layer, ".*layernorm\\.weight")).isEqualTo(1);
    }
  }

  @Test
  void ofThreeFeedForwardMatricesTwoAreTrainedInHalfOfTheLayersAndOneInTheOthers() {
    Set<String> trained = choose("all", 42);
    List<Integer> counts =
        IntStream.range(0, config.numHiddenLayers())
            .mapToObj(layer -> (int) count(trained, layer, "mlp\\..*weight"))
            .sorted()
            .toList();
    assertThat(counts).containsExactly(1, 1, 2, 2);
  }

  @Test
  void aSeedAlwaysChoosesTheSameAndAnotherOneOthers() {
    assertThat(choose("all", 1)).isEqualTo(choose("all", 1)).isNotEqualTo(choose("all", 2));
  }

  @Test
  void nothingOutsideTheRegionIsChosen() {
    String region = "1-2:up_proj,down_proj";
    Set<String> all =
        RegionParser.parse(region, config.numHiddenLayers()).parameters(config).keySet();
    assertThat(choose(region, 42)).hasSize(2).isSubsetOf(all);
  }

  @Test
  void biasesGoWithTheirMatrix() {
    config = ModelConfigReader.read(TinyModel.qwen2().writeTo(temporary.resolve("qwen")));
    Set<String> trained = choose("all", 5);
    ParameterNames.of(config).stream()
        .filter(name -> name.endsWith(".bias"))
        .forEach(
            bias ->
                assertThat(trained.contains(bias))
                    .as(bias)
                    .isEqualTo(trained.contains(bias.replace(".bias", ".weight"))));
  }

  @Test
  void whatIsOutsideTheLayersIsTrainedOnlyIfWanted() {
    Set<String> all = Set.of(ParameterNames.EMBEDDING, ParameterNames.FINAL_NORM);
    assertThat(choose("all", 42)).containsAll(all);
    assertThat(HalfSelection.of(config, ParameterNames.of(config), new HalfArguments(42, false)))
        .allMatch(name -> name.startsWith("model.layers."));
  }

  private Set<String> choose(String region, long seed) {
    return HalfSelection.of(
        config,
        RegionParser.parse(region, config.numHiddenLayers()).parameters(config).keySet(),
        new HalfArguments(seed, true));
  }

  private static long count(Set<String> names, int layer, String pattern) {
    Pattern whole = Pattern.compile(Pattern.quote(ParameterNames.layer(layer)) + pattern);
    return names.stream().filter(name -> whole.matcher(name).matches()).count();
  }
}
