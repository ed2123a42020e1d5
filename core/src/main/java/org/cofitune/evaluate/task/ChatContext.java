package org.cofitune.evaluate.task;

import java.util.List;
import java.util.function.Function;
import org.cofitune.text.Message;

/**
 * How questions are asked of a model that was tuned on conversations (lm-evaluation-harness's
 * {@code --apply_chat_template}): the description is the system message, the question a message of
 * the user, and the text of it all is what the checkpoint's template writes.
 *
 * @param format writes a conversation up to where the model answers, special tokens included
 * @param systemInstruction stands before a task's description; empty for none
 * @param fewshotAsMultiturn whether solved examples are turns of the conversation; otherwise they
 *     stand in the question's message
 */
public record ChatContext(
    Function<List<Message>, String> format, String systemInstruction, boolean fewshotAsMultiturn) {}
