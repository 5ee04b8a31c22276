namespace Engine.Inference.Models;

/// <summary>Names of a decoder's inputs and outputs; <c>%d</c> stands for the layer's number. Defaults are what exporters write.</summary>
public sealed record DecoderNames
{
    /// <summary>Token ids.</summary>
    public string InputIds { get; init; } = "input_ids";

    /// <summary>Hidden states in place of token ids.</summary>
    public string InputsEmbeds { get; init; } = "inputs_embeds";

    /// <summary>1 for a token, 0 for padding.</summary>
    public string AttentionMask { get; init; } = "attention_mask";

    /// <summary>Positions of the tokens.</summary>
    public string PositionIds { get; init; } = "position_ids";

    /// <summary>Keys of earlier tokens.</summary>
    public string PastKey { get; init; } = "past_key_values.%d.key";

    /// <summary>Values of earlier tokens.</summary>
    public string PastValue { get; init; } = "past_key_values.%d.value";

    /// <summary>Logits.</summary>
    public string Logits { get; init; } = "logits";

    /// <summary>Keys of earlier and present tokens.</summary>
    public string PresentKey { get; init; } = "present.%d.key";

    /// <summary>Values of earlier and present tokens.</summary>
    public string PresentValue { get; init; } = "present.%d.value";

    /// <summary>Keys and values of earlier tokens, where they are one tensor.</summary>
    public string Past { get; init; } = "past_%d";

    /// <summary>Keys and values of earlier and present tokens, where they are one tensor.</summary>
    public string Present { get; init; } = "present_%d";

    /// <summary>State of a convolution.</summary>
    public string PastConvolution { get; init; } = "past_conv.%d";

    /// <summary>State of a convolution after the present tokens.</summary>
    public string PresentConvolution { get; init; } = "present_conv.%d";

    /// <summary>State of a recurrence.</summary>
    public string PastRecurrent { get; init; } = "past_key_values.%d.recurrent_state";

    /// <summary>State of a recurrence after the present tokens.</summary>
    public string PresentRecurrent { get; init; } = "present.%d.recurrent_state";
}
