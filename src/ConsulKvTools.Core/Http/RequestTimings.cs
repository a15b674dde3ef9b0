namespace ConsulKvTools.Http;

/// <summary>How long each phase of one request took.</summary>
/// <param name="Dial">The steps of opening the connection; null when a pooled one was used.</param>
/// <param name="FirstByte">From sending the request to the answer's headers, the dial included.</param>
/// <param name="Total">To the end of the body.</param>
internal sealed record RequestTimings(DialTimings? Dial, TimeSpan FirstByte, TimeSpan Total);
