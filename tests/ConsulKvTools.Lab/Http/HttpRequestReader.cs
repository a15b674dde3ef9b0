using System.Globalization;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>Reads HTTP/1 requests from a stream byte by byte as they are, keeping the raw bytes.</summary>
internal sealed class HttpRequestReader(Stream stream)
{
    private const int MaxHead = 1 << 20;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly MemoryStream _raw = new();
    private int _start;
    private int _end;

    /// <summary>What was read from the stream but belongs to no request yet.</summary>
    public ReadOnlyMemory<byte> Unread => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Whether the next byte could begin an HTTP method; waits for it. False also at the end of the stream.</summary>
    public async Task<bool> LooksLikeHttpAsync(CancellationToken cancellationToken)
    {
        if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false)) return false;
        return char.IsAsciiLetterUpper((char)_buffer[_start]);
    }

    /// <summary>Reads one whole request.</summary>
    /// <param name="continueAsync">Called when the client waits for <c>100 Continue</c>; null lets it wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The request; null at the end of the stream between two requests.</returns>
    /// <exception cref="IOException">The stream ended in the middle, or this is not HTTP/1.</exception>
    public async Task<RecordedRequest?> ReadAsync(Func<Task>? continueAsync, CancellationToken cancellationToken)
    {
        _raw.SetLength(0);
        var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (line is null) return null;
        var words = line.Split(' ');
        if (words.Length != 3 || !words[2].StartsWith("HTTP/1", StringComparison.Ordinal)) throw new IOException($"Not an HTTP/1 request line: {line}");

        var headers = new List<KeyValuePair<string, string>>();
        while (await ReadLineAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            headers.Add(colon < 0 ? new(header, "") : new(header[..colon].Trim(), header[(colon + 1)..].Trim()));
            if (_raw.Length > MaxHead) throw new IOException("The request's head is too long.");
        }

        if (continueAsync is not null && Has("Expect", "100-continue")) await continueAsync().ConfigureAwait(false);
        using var body = new MemoryStream();
        if (Has("Transfer-Encoding", "chunked")) await ReadChunksAsync(body, cancellationToken).ConfigureAwait(false);
        else if (headers.Where(h => Is(h, "Content-Length")).Select(h => h.Value).FirstOrDefault() is { } length)
            await CopyAsync(body, long.Parse(length, CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false);

        return new() { Method = words[0], Target = words[1], Protocol = words[2], Headers = headers, Body = body.ToArray(), Raw = _raw.ToArray() };

        bool Has(string name, string value) => headers.Any(h => Is(h, name) && h.Value.Contains(value, StringComparison.OrdinalIgnoreCase));
        static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private async Task ReadChunksAsync(Stream body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var size = await ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? throw Ended();
            var length = long.Parse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0) break;
            await CopyAsync(body, length, cancellationToken).ConfigureAwait(false);
            await ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        while (await ReadLineAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 }) { }
    }

    private async Task CopyAsync(Stream body, long length, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false)) throw Ended();
            var take = (int)Math.Min(length, _end - _start);
            body.Write(_buffer, _start, take);
            _raw.Write(_buffer, _start, take);
            _start += take;
            length -= take;
        }
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        using var line = new MemoryStream();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false)) return line.Length == 0 ? null : throw Ended();
            var newline = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            var take = newline < 0 ? _end - _start : newline - _start + 1;
            line.Write(_buffer, _start, take);
            _raw.Write(_buffer, _start, take);
            _start += take;
            if (newline >= 0) return Encoding.Latin1.GetString(line.ToArray()).TrimEnd('\n').TrimEnd('\r');
            if (line.Length > MaxHead) throw new IOException("The line is too long.");
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        return _end > 0;
    }

    private static IOException Ended() => new("The connection ended in the middle of a request.");
}
