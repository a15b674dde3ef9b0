namespace ConsulKvTools.Http;

internal sealed partial class ConsulExchange
{
    private void ReadHeaders(Dictionary<string, string> all)
    {
        foreach (var header in response.Headers) all[header.Key] = string.Join(", ", header.Value);
        foreach (var header in response.Content.Headers) all[header.Key] = string.Join(", ", header.Value);
    }
}
