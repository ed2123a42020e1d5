package org.cofitune.analyze;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.cofitune.model.LayerRange;
import org.cofitune.search.TrialScore;
import org.jspecify.annotations.Nullable;

/**
 * What a model is worth when a part of its weights is the other model's.
 *
 * @param kind what the part is cut along
 * @param part its name
 * @param firstLayer of the part; null where it is cut along modules
 * @param lastLayer of the part, itself included
 * @param into the model that the part was put into; it comes from the other one
 * @param tensors how many of the part's tensors differ; with 0 nothing changes
 * @param speciality S
 * @param versatility V
 * @param specialityFromBase S less the base's
 * @param versatilityFromBase V less the base's
 * @param specialityFromTuned S less the tuned model's
 * @param versatilityFromTuned V less the tuned model's
 * @param gainKept share of what the tuned model gained in S that is there, (S - S_base) / (S_tuned
 *     - S_base); null where it gained nothing
 * @param lossRestored share of what the tuned model lost in V that is back, (V - V_tuned) / (V_base
 *     - V_tuned); null where it lost nothing
 */
public record Swap(
    ModelPart.Kind kind,
    String part,
    @Nullable Integer firstLayer,
    @Nullable Integer lastLayer,
    Into into,
    int tensors,
    double speciality,
    double versatility,
    double specialityFromBase,
    double versatilityFromBase,
    double specialityFromTuned,
    double versatilityFromTuned,
    @Nullable Double gainKept,
    @Nullable Double lossRestored) {

  /** The model that receives. */
  public enum Into {
    /** Tuned weights are put into the base. */
    BASE,
    /** The base's weights are put back into the tuned model. */
    TUNED;

    /** The word in files. */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Swap of(ModelPart part, Into into, int tensors, TrialScore score, EndScores ends) {
    LayerRange layers = part.layers();
    double gain = ends.tuned().speciality() - ends.base().speciality();
    double loss = ends.base().versatility() - ends.tuned().versatility();
    double fromBase = score.speciality() - ends.base().speciality();
    double fromTuned = score.versatility() - ends.tuned().versatility();
    return new Swap(
        part.kind(),
        part.name(),
        layers == null ? null : layers.from(),
        layers == null ? null : layers.to() - 1,
        into,
        tensors,
        score.speciality(),
        score.versatility(),
        fromBase,
        score.versatility() - ends.base().versatility(),
        score.speciality() - ends.tuned().speciality(),
        fromTuned,
        gain > 0 ? fromBase / gain : null,
        loss > 0 ? fromTuned / loss : null);
  }
}
