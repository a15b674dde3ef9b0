namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>What came back for some bytes sent by hand.</summary>
/// <param name="Bytes">The answer's beginning; empty when nothing came.</param>
/// <param name="Ending">How it ended.</param>
/// <param name="Elapsed">From sending to the end.</param>
internal sealed record RawAnswer(byte[] Bytes, Ending Ending, TimeSpan Elapsed)
{
    public bool IsEmpty => Bytes.Length == 0;

    /// <summary>The answer as ISO 8859-1.</summary>
    public string Text => System.Text.Encoding.GetEncoding(28591).GetString(Bytes);
}
