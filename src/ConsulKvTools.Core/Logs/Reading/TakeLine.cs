namespace ConsulKvTools.Logs.Reading;

/// <summary>Takes a line, without its end.</summary>
internal delegate void TakeLine(ReadOnlySpan<char> line);
