namespace ConsulKvTools.Logs.Reading;

/// <summary>What stands before a line's message, and the message.</summary>
internal ref struct LogRecord
{
    /// <summary>When; null when the line has no time.</summary>
    public LogStamp? Stamp { get; set; }

    /// <summary>How grave.</summary>
    public ConsulLogLevel Level { get; set; }

    /// <summary>The machine; empty when it does not say.</summary>
    public ReadOnlySpan<char> Node { get; set; }

    /// <summary>The program that wrote it; empty when it does not say.</summary>
    public ReadOnlySpan<char> Program { get; set; }

    /// <summary>The part of Consul; empty when it does not say.</summary>
    public ReadOnlySpan<char> Module { get; set; }

    /// <summary>True when the message was put together from fields, so that the line does not hold it as it is.</summary>
    public bool IsComposed { get; set; }

    /// <summary>The message.</summary>
    public ReadOnlySpan<char> Message { get; set; }
}
