package org.cofitune.analyze;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelPartTest {
  @TempDir private Path folder;

  @Test
  void layersQuartersAndHalvesEachPartTheLayers() {
    ModelConfig config = config(6);
    for (ModelPart.Kind kind :
        List.of(ModelPart.Kind.LAYER, ModelPart.Kind.QUARTER, ModelPart.Kind.HALF)) {
      List<String> names = new ArrayList<>();
      parts(config, kind).forEach(part -> names.addAll(part.parameters()));

      assertThat(names)
          .doesNotHaveDuplicates()
          .allMatch(name -> name.startsWith("model.layers."))
          .hasSize(6 * ParameterNames.layerShapes(config, 0).size());
    }
    assertThat(parts(config, ModelPart.Kind.QUARTER))
        .extracting(ModelPart::name)
        .containsExactly("layers 0-1", "layer 2", "layers 3-4", "layer 5");
  }

  @Test
  void rangesGrowFromEitherEnd() {
    ModelConfig config = config(3);

    assertThat(parts(config, ModelPart.Kind.FIRST_LAYERS))
        .extracting(ModelPart::name)
        .containsExactly("layer 0", "layers 0-1");
    assertThat(parts(config, ModelPart.Kind.LAST_LAYERS))
        .extracting(ModelPart::name)
        .containsExactly("layers 1-2", "layer 2");
  }

  @Test
  void modulesAndTheOutsideCoverEveryParameter() {
    ModelConfig config = config(2);
    List<String> names = new ArrayList<>();
    ModelPart.of(config).stream()
        .filter(part -> Set.of("mha", "ffn", "norms", "embedding", "output").contains(part.name()))
        .forEach(part -> names.addAll(part.parameters()));

    assertThat(names).containsExactlyInAnyOrderElementsOf(ParameterNames.of(config));
  }

  @Test
  void emptyQuartersAreLeftOut() {
    assertThat(parts(config(2), ModelPart.Kind.QUARTER)).hasSize(2);
  }

  private static List<ModelPart> parts(ModelConfig config, ModelPart.Kind kind) {
    return ModelPart.of(config).stream().filter(part -> part.kind() == kind).toList();
  }

  private ModelConfig config(int layers) {
    return ModelConfigReader.read(
        TinyModel.llama().withLayers(layers).writeTo(folder.resolve("model" + layers)));
  }
}
