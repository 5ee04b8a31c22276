using Microsoft.ML.OnnxRuntimeGenAI;

namespace Engine.GenAI;

/// <summary>One sequence's keys and values in GenAI, with room for a fixed number of tokens, and the logits of its last run.</summary>
internal sealed class SequenceGenerator : IDisposable
{
    private readonly GenAIModel _model;
    private readonly Generator _generator;
    private Tensor? _forced;

    public SequenceGenerator(GenAIModel model, int capacity)
    {
        _model = model;
        _generator = model.CreateGenerator(capacity);
        Capacity = capacity;
    }

    /// <summary>The most tokens it holds.</summary>
    public int Capacity { get; }

    /// <summary>Tokens it holds.</summary>
    public int Length { get; private set; }

    /// <summary>Computes tokens behind those it holds, in one run of the graph.</summary>
    /// <param name="tokens">The tokens; one only, where GenAI cannot continue a sequence and it holds some.</param>
    public void Append(ReadOnlySpan<int> tokens)
    {
        _forced?.Dispose();
        _forced = null;
        if (_model.CanContinue || Length == 0)
        {
            _generator.AppendTokens(tokens);
        }
        else
        {
            _forced = ForcedToken.Append(_generator, tokens[0], _model.Signature.VocabularySize);
        }

        Length += tokens.Length;
    }

    /// <summary>Forgets the last tokens.</summary>
    /// <param name="length">How many stay.</param>
    /// <returns>Whether it can; if not, it is of no more use.</returns>
    public bool TryRewind(int length)
    {
        if (length == Length)
        {
            return true;
        }

        if (length > 0 && !_model.CanContinue)
        {
            return false;
        }

        try
        {
            _generator.RewindTo((ulong)length);
            Length = length;
            return true;
        }
        catch (OnnxRuntimeGenAIException)
        {
            // States of convolutions and recurrences, and windows that have moved on, hold nothing to go back to.
            return false;
        }
    }

    /// <summary>Copies the last rows of logits of the last run.</summary>
    /// <param name="destination">As many rows as are wanted.</param>
    public void CopyRows(Span<float> destination)
    {
        if (_forced is not null)
        {
            LogitRows.CopyLast(_forced, destination);
            return;
        }

        using Tensor logits = _generator.GetOutput(_model.Signature.Logits.Name);
        LogitRows.CopyLast(logits, destination);
    }

    public void Dispose()
    {
        _forced?.Dispose();
        _generator.Dispose();
    }
}
