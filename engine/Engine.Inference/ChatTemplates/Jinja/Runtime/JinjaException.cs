namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>A template that failed while it was rendered; what Python would raise. The interpreter adds the line.</summary>
internal sealed class JinjaException : Exception
{
    private JinjaException(string message)
        : base(message)
    {
    }

    /// <summary>Whether <c>raise_exception</c> raised it.</summary>
    public bool RaisedByTemplate { get; private init; }

    /// <summary>Whether a budget ran out.</summary>
    public bool IsBudget { get; private init; }

    public static JinjaException Raised(string message) => new(message) { RaisedByTemplate = true };

    /// <summary>A value of the wrong type: Python's TypeError.</summary>
    public static JinjaException Type(string message) => new(message);

    /// <summary>A value of the right type that does not fit: Python's ValueError, OverflowError, ZeroDivisionError, LookupError.</summary>
    public static JinjaException Value(string message) => new(message);

    /// <summary>Something done with an undefined value.</summary>
    public static JinjaException Undefined(string message) => new(message);

    /// <summary>Something that the sandbox keeps from templates.</summary>
    public static JinjaException Security(string message) => new(message);

    /// <summary>A budget that ran out.</summary>
    public static JinjaException Budget(string message) => new(message) { IsBudget = true };
}
