namespace ConsulKvTools.Http;

/// <summary>How long each step of opening a connection took; null for a step that did not happen.</summary>
internal sealed record DialTimings(TimeSpan? Name, TimeSpan? Connect, TimeSpan? Proxy, TimeSpan? Tls);
