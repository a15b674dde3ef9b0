using System.Globalization;
using System.Net;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>What a scripted server does with one request: a list of steps such as sending bytes, waiting, closing or resetting.</summary>
/// <remarks>
/// Immutable: every method gives a new script. Headers are strings of the form <c>Name: value</c>. The overloads without status are there
/// because PowerShell cannot leave out an optional argument before a params array.
/// </remarks>
public sealed class ScriptedResponse
{
    private readonly IReadOnlyList<Step> _steps;

    private ScriptedResponse(params IReadOnlyList<Step> steps) => _steps = steps;

    /// <summary>Closes the connection (FIN) without a byte.</summary>
    public static ScriptedResponse Close { get; } = new(new CloseStep(Reset: false));

    /// <summary>Resets the connection (RST) without a byte.</summary>
    public static ScriptedResponse Reset { get; } = new(new CloseStep(Reset: true));

    /// <summary>Never answers; the connection stays open.</summary>
    public static ScriptedResponse Silence { get; } = new(new WaitStep(Timeout.InfiniteTimeSpan));

    /// <summary>Answers with an HTTP/2 SETTINGS frame, as a gRPC port does.</summary>
    public static ScriptedResponse Http2Settings { get; } = Raw([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100]).ThenClose();

    /// <summary>Answers 200 with JSON.</summary>
    public static ScriptedResponse Json(string body) => Json(body, 200);

    /// <summary>Answers with JSON.</summary>
    public static ScriptedResponse Json(string body, int status, params string[] headers) =>
        Whole(status, Encoding.UTF8.GetBytes(body), ["Content-Type: application/json", .. headers]);

    /// <summary>Answers 200 with plain text.</summary>
    public static ScriptedResponse Text(string body) => Text(body, 200);

    /// <summary>Answers with plain text, as Consul does for errors.</summary>
    public static ScriptedResponse Text(string body, int status, params string[] headers) =>
        Whole(status, Encoding.UTF8.GetBytes(body), ["Content-Type: text/plain; charset=utf-8", .. headers]);

    /// <summary>Answers 200 with HTML.</summary>
    public static ScriptedResponse Html(string body) => Html(body, 200);

    /// <summary>Answers with HTML, as proxies and load balancers do.</summary>
    public static ScriptedResponse Html(string body, int status, params string[] headers) =>
        Whole(status, Encoding.UTF8.GetBytes(body), ["Content-Type: text/html", .. headers]);

    /// <summary>Answers with exactly these headers (besides Content-Length) and bytes.</summary>
    public static ScriptedResponse Bytes(byte[] body, int status = 200, params string[] headers) => Whole(status, body, headers);

    /// <summary>Sends exactly these bytes instead of an HTTP answer and keeps the connection open.</summary>
    public static ScriptedResponse Raw(byte[] bytes) => new(new SendStep(bytes));

    /// <summary>Sends exactly this text (ISO 8859-1) instead of an HTTP answer and keeps the connection open.</summary>
    public static ScriptedResponse Raw(string text) => Raw(Encoding.Latin1.GetBytes(text));

    /// <summary>Promises the whole body but sends only its first bytes, then closes.</summary>
    public static ScriptedResponse Truncated(string body, int sent, int status = 200) =>
        WrongLength(body[..sent], Encoding.UTF8.GetByteCount(body), status);

    /// <summary>Sends a body under a Content-Length that is not its own, then closes.</summary>
    public static ScriptedResponse WrongLength(string body, long contentLength, int status = 200) =>
        Raw(Head(status, [$"Content-Length: {contentLength.ToString(CultureInfo.InvariantCulture)}"]) + body).ThenClose();

    /// <summary>Sends a body that never ends, as fast as the client takes it.</summary>
    public static ScriptedResponse Endless(int status = 200) =>
        new(new SendStep(Encoding.Latin1.GetBytes(Head(status, []))), new EndlessStep());

    /// <summary>Sends a head and then pieces that are made while they are sent, then closes: for bodies too long to hold, or without end.</summary>
    /// <param name="head">Status line and headers, with a line break after each, without the empty line at the end.</param>
    /// <param name="pieces">Called once for each time this is played.</param>
    public static ScriptedResponse Generated(string head, Func<IEnumerable<byte[]>> pieces) =>
        new ScriptedResponse(new SendStep(Encoding.Latin1.GetBytes(head + "\r\n")), new GenerateStep(pieces)).ThenClose();

    /// <summary>Waits before the first byte.</summary>
    public ScriptedResponse After(TimeSpan delay) => new([new WaitStep(delay), .. _steps]);

    /// <summary>Closes the connection (FIN) after the last byte.</summary>
    public ScriptedResponse ThenClose() => new([.. _steps, new CloseStep(Reset: false)]);

    /// <summary>Resets the connection (RST) after the last byte.</summary>
    public ScriptedResponse ThenReset() => new([.. _steps, new CloseStep(Reset: true)]);

    /// <summary>Keeps the connection open and says nothing more.</summary>
    public ScriptedResponse ThenSilence() => new([.. _steps, new WaitStep(Timeout.InfiniteTimeSpan)]);

    /// <summary>Sends in pieces of some bytes with a pause after each.</summary>
    public ScriptedResponse InPieces(int bytes, TimeSpan pause) =>
        new([.. _steps.SelectMany(s => s is SendStep send
            ? send.Bytes.Chunk(bytes).SelectMany(piece => new Step[] { new SendStep(piece), new WaitStep(pause) })
            : [s])]);

    /// <summary>Calls back before the first byte, for example to switch a fault on at exactly this moment.</summary>
    public ScriptedResponse Then(Action action) => new([new ActionStep(action), .. _steps]);

    /// <summary>Plays the script.</summary>
    /// <returns>True when the connection may carry another request.</returns>
    internal async Task<bool> PlayAsync(ScriptedConnection connection, CancellationToken cancellationToken)
    {
        foreach (var step in _steps)
        {
            switch (step)
            {
                case SendStep send:
                    await connection.Stream.WriteAsync(send.Bytes, cancellationToken).ConfigureAwait(false);
                    await connection.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case WaitStep wait:
                    await Task.Delay(wait.Time, cancellationToken).ConfigureAwait(false);
                    break;
                case GenerateStep generate:
                    foreach (var piece in generate.Pieces()) await connection.Stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                    break;
                case EndlessStep:
                    var block = new byte[64 * 1024];
                    Array.Fill(block, (byte)'x');
                    while (true) await connection.Stream.WriteAsync(block, cancellationToken).ConfigureAwait(false);
                case ActionStep act:
                    act.Action();
                    break;
                case CloseStep close:
                    await connection.EndAsync(close.Reset).ConfigureAwait(false);
                    return false;
            }
        }
        return true;
    }

    private static ScriptedResponse Whole(int status, byte[] body, string[] headers)
    {
        string[] all = [.. headers, $"Content-Length: {body.Length}"];
        return new(new SendStep([.. Encoding.Latin1.GetBytes(Head(status, all)), .. body]));
    }

    private static string Head(int status, string[] headers)
    {
        var reason = status switch { 429 => "Too Many Requests", 431 => "Request Header Fields Too Large", _ => Spaced(((HttpStatusCode)status).ToString()) };
        return $"HTTP/1.1 {status} {reason}\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n";
    }

    private static string Spaced(string name) => name == "OK" ? name : string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $" {c}" : $"{c}"));

    private abstract record Step;

    private sealed record SendStep(byte[] Bytes) : Step;

    private sealed record WaitStep(TimeSpan Time) : Step;

    private sealed record GenerateStep(Func<IEnumerable<byte[]>> Pieces) : Step;

    private sealed record EndlessStep : Step;

    private sealed record ActionStep(Action Action) : Step;

    private sealed record CloseStep(bool Reset) : Step;
}
