package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingArgumentsTest {
  private final TrainingArguments defaults = TrainingArguments.defaults();

  @Test
  void defaultsAreTheAuthorsRecipe() {
    assertThat(defaults.toJson())
        .hasToString(
            "{\"learning_rate\":4.0E-5,\"lr_scheduler_type\":\"cosine\",\"warmup_ratio\":0.03,"
                + "\"warmup_steps\":0,\"weight_decay\":0.1,\"decay_all\":false,\"adam_beta1\":0.9,"
                + "\"adam_beta2\":0.95,\"adam_epsilon\":1.0E-8,\"max_grad_norm\":1.0,"
                + "\"per_device_train_batch_size\":8,\"gradient_accumulation_steps\":1,"
                + "\"per_device_eval_batch_size\":8,\"tokens_at_once\":1024,"
                + "\"num_train_epochs\":3.0,\"max_steps\":-1,\"shuffle\":true,"
                + "\"seed\":42,\"logging_steps\":1,\"eval_steps\":0,\"save_steps\":0,\"save_total_limit\":2,\"load_best_model_at_end\":false,"
                + "\"early_stopping_patience\":0,\"early_stopping_threshold\":0.0,"
                + "\"gradient_checkpointing\":false,\"frozen_dtype\":\"stored\","
                + "\"offload\":[],\"shard_frozen\":false,\"on_non_finite\":\"stop\"}");
  }

  @Test
  void aChangeLeavesTheOthersAsTheyWere() {
    TrainingArguments changed = defaults.with("lr_scheduler_type", "linear");
    assertThat(changed.lrSchedulerType()).isEqualTo(SchedulerType.LINEAR);
    assertThat(changed.with("lr_scheduler_type", "cosine")).isEqualTo(defaults);
  }

  @Test
  void numbersMayComeAsText() {
    assertThat(defaults.with(Map.of("learning_rate", "1e-3", "max_steps", "5")))
        .extracting(TrainingArguments::learningRate, TrainingArguments::maxSteps)
        .containsExactly(1e-3, 5);
  }

  @ParameterizedTest
  @CsvSource({
    "learning_rate, 0",
    "learning_rate, NaN",
    "warmup_ratio, 1.5",
    "adam_beta2, 1",
    "max_grad_norm, -1",
    "per_device_train_batch_size, 0",
    "num_train_epochs, 0",
    "max_steps, 0",
    "save_total_limit, -1",
    "eval_steps, -2"
  })
  void anImpossibleValueIsRefusedByName(String key, String value) {
    assertThatThrownBy(() -> defaults.with(key, value))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageStartingWith(key + ": impossible training argument: expected ")
        .hasMessageContaining("found " + value);
  }

  @ParameterizedTest
  @CsvSource({"max_steps, ten", "max_steps, 2.5", "lr_scheduler_type, exotic", "shuffle, maybe"})
  void aValueOfTheWrongKindIsRefusedByName(String key, String value) {
    assertThatThrownBy(() -> defaults.with(key, value))
        .isInstanceOf(CofituneException.class)
        .hasMessageStartingWith(key + ": training argument of the wrong kind")
        .hasMessageContaining(value);
  }

  @Test
  void anUnknownKeyIsRefused() {
    assertThatThrownBy(() -> defaults.with("learning_rat", 1))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("learning_rat: unknown training argument")
        .hasMessageContaining("learning_rate, lr_scheduler_type")
        .hasMessageEndingWith("did you mean learning_rate?");
  }

  @Test
  void earlyStoppingNeedsSomethingToMeasure() {
    assertThatThrownBy(() -> defaults.with(Map.of("early_stopping_patience", 2, "eval_steps", -1)))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("early_stopping_patience");
  }
}
