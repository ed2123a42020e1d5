package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * What is trained, and where the result goes.
 *
 * @param modelNameOrPath folder of a Hugging Face checkpoint: {@code config.json}, {@code
 *     tokenizer.json}, {@code *.safetensors}
 * @param region what is trained: a range of layers and modules as in {@code
 *     25%-50%:up_proj,down_proj}, {@code 8-15:ffn}, a name of the paper ({@code middle:mha}), or
 *     {@code all} for the whole model; {@code search} lets {@code cofitune run} find it
 * @param dtype the number type to compute in; {@code auto} is float32 for weights stored in it, and
 *     for 16-bit ones what is faster here
 * @param bf16 Hugging Face's word for it: true is dtype bfloat16, false is dtype float32
 * @param outputDir folder of the run; it must not exist yet, unless {@code resume} is set
 * @param resume whether a run that was interrupted goes on from its last checkpoint; begins one
 *     where there is none
 * @param resumeFromCheckpoint goes on from this checkpoint, such as {@code step-000120}, not from
 *     the last one; later ones are removed once there is a new one
 * @param saveMergedModel whether the run ends with a whole checkpoint that other tools load, beside
 *     the delta
 */
public record RunSection(
    @Nullable Path modelNameOrPath,
    String region,
    DType dtype,
    @Nullable Boolean bf16,
    @Nullable Path outputDir,
    boolean resume,
    @Nullable String resumeFromCheckpoint,
    boolean saveMergedModel) {

  /** What says how a run goes on, and not what comes out. */
  static final List<String> GOES_ON = List.of("resume", "resume_from_checkpoint");

  private static final String SEARCH = "search";

  public RunSection {
    if (bf16 != null && dtype != DType.AUTO) {
      throw CofituneException.of(ErrorKind.RECIPE, "the number type is named twice")
          .at("bf16")
          .found("dtype beside it")
          .next("keep one of the two")
          .build();
    }
  }

  static RunSection defaults() {
    return new RunSection(null, "all", DType.AUTO, null, null, false, null, true);
  }

  @Override
  public boolean resume() {
    return resume || resumeFromCheckpoint != null;
  }

  /** Whether the region is to be searched for. */
  boolean isSearched() {
    return region.equals(SEARCH);
  }

  /** The number type that dtype or bf16 asks for. */
  public DType computing() {
    if (bf16 == null) {
      return dtype;
    }
    return bf16 ? DType.BFLOAT16 : DType.FLOAT32;
  }
}
