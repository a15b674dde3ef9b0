using System.Net;

namespace ConsulKvTools.Lab;

/// <summary>What an agent answered to one of the lab's own requests.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body as text.</param>
public sealed record LabResponse(HttpStatusCode Status, string Body)
{
    /// <summary>True for a 2xx status.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>Itself, when the request went well.</summary>
    /// <param name="what">What was done, for the message.</param>
    /// <exception cref="InvalidOperationException">It did not go well.</exception>
    public LabResponse EnsureSuccess(string what) => IsSuccess
        ? this
        : throw new InvalidOperationException($"{what}: the agent answered {(int)Status}: {Body.Trim()}");
}
