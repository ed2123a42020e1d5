package org.cofitune.pipeline;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is trained, and where the result goes.
 *
 * @param modelNameOrPath folder of a Hugging Face checkpoint: {@code config.json}, {@code
 *     tokenizer.json}, {@code *.safetensors}
 * @param region what is trained: a range of layers and modules as in {@code
 *     25%-50%:up_proj,down_proj}, {@code 8-15:ffn}, a name of the paper ({@code middle:mha}), or
 *     {@code all} for the whole model
 * @param outputDir folder of the run; it must not exist yet, unless {@code resume} is set
 * @param resume whether a run that was interrupted goes on from its last checkpoint
 */
public record RunSection(
    @Nullable Path modelNameOrPath, String region, @Nullable Path outputDir, boolean resume) {

  static RunSection defaults() {
    return new RunSection(null, "all", null, false);
  }
}
