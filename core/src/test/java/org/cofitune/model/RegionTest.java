package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegionTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(
          "qwen2",
          32,
          8,
          16,
          4,
          new AttentionConfig(2, 1, 4, true, false, false, 0, 0),
          false,
          1e-6,
          10_000,
          new RopeScaling.None(),
          64,
          false);

  @ParameterizedTest
  @CsvSource({"32,8,15", "40,10,19", "60,15,29", "6,2,2", "5,1,2"})
  void theAuthorsSecondQuarterHasThePapersLayers(int layers, int first, int last) {
    Region region = RegionParser.parse("25%-50%:up_proj,down_proj", layers);

    assertThat(region.text()).isEqualTo(first + "-" + last + ":up_proj,down_proj");
    assertThat(region.lowestLayer()).isEqualTo(first);
  }

  @Property
  void fractionsPartitionTheLayersWithoutGapOrOverlap(
      @ForAll @IntRange(min = 1, max = 200) int layers,
      @ForAll @DoubleRange(min = 0, max = 1) double cut) {
    int boundary = LayerRange.boundary(cut, layers);

    assertThat(LayerRange.boundary(0, layers)).isZero();
    assertThat(LayerRange.boundary(1, layers)).isEqualTo(layers);
    assertThat(boundary).isBetween(0, layers);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bottom1|0%-25%:mha+ffn",
        "bottom2:ffn|25%-50%:ffn",
        "middle|50%-75%",
        "top|75%-100%",
        "bottom-plus|0%-50%",
        "middle-plus|25%-75%",
        "top-plus|50%-100%",
        "1-2:mha|1-2:q_proj,k_proj,v_proj,o_proj",
        "3:up,down|3-3:down_proj,up_proj",
      })
  void namesAndAliasesMeanTheSame(String text, String same) {
    assertThat(RegionParser.parse(text, 4)).isEqualTo(RegionParser.parse(same, 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "0%-50%:all", "25%-50%:up_proj,down_proj", "1-3:mha", "2:gate"})
  void theTextFormReadsBackToTheSameRegion(String text) {
    Region region = RegionParser.parse(text, 4);

    assertThat(RegionParser.parse(region.text(), 4)).isEqualTo(region);
  }

  @Test
  void aModuleBringsItsWeightAndItsBias() {
    assertThat(RegionParser.parse("1:q_proj,up_proj", 4).parameters(CONFIG).keySet())
        .isEqualTo(
            Set.of(
                "model.layers.1.self_attn.q_proj.weight",
                "model.layers.1.self_attn.q_proj.bias",
                "model.layers.1.mlp.up_proj.weight"));
  }

  @Test
  void allOfALayerIncludesItsNormsAndAllOfTheModelEverything() {
    assertThat(RegionParser.parse("1:all", 4).parameters(CONFIG))
        .containsKey("model.layers.1.input_layernorm.weight")
        .hasSize(12);
    assertThat(RegionParser.parse("all", 4).parameters(CONFIG))
        .isEqualTo(ParameterNames.shapes(CONFIG));
    assertThat(RegionParser.parse("all", 4).lowestLayer()).isNegative();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "50%-50%:ffn",
        "0%-120%:ffn",
        "4-9:ffn",
        "2-1",
        "bottom3",
        "1:ffm",
        "",
        "1:",
        "1:up,,down",
        "-1-2"
      })
  void anImpossibleRegionIsRefusedWithItsText(String text) {
    assertThatThrownBy(() -> RegionParser.parse(text, 4))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("region \"" + text + "\"");
  }

  @Test
  void aRangeThatRoundsToNothingIsRefused() {
    assertThatThrownBy(() -> RegionParser.parse("0%-10%:ffn", 2)).hasMessageContaining("no layer");
  }
}
