package openrouter

// Route is how the models of a request are used. The set is open.
//
// Deprecated: use [ProviderSort.Partition].
type Route string

const (
	// RouteFallback keeps the later models for when the first fails. It is
	// [SortPartitionModel] today.
	//
	// Deprecated: use [SortPartitionModel].
	RouteFallback Route = "fallback"
	// RouteSort sorts the endpoints of all models together. It is
	// [SortPartitionNone] today.
	//
	// Deprecated: use [SortPartitionNone].
	RouteSort Route = "sort"
)

// ServiceTier is a pool of endpoints with its own speed and price. The set is
// open.
type ServiceTier string

const (
	ServiceTierAuto    ServiceTier = "auto"
	ServiceTierDefault ServiceTier = "default"
	// ServiceTierFast is [ServiceTierPriority] by another name.
	ServiceTierFast ServiceTier = "fast"
	// ServiceTierFlex is cheaper and slower. Where a model has such endpoints
	// there is no fallback to others: a lack of capacity is an error.
	ServiceTierFlex ServiceTier = "flex"
	// ServiceTierPriority is faster and dearer. It falls back to the default
	// tier, and the tier that served is the one that is paid.
	ServiceTierPriority ServiceTier = "priority"
	ServiceTierScale    ServiceTier = "scale"
)

// Speed is Anthropic's spelling of a service tier. The set is open.
type Speed string

const (
	// SpeedFast is the same as [ServiceTierPriority].
	SpeedFast     Speed = "fast"
	SpeedStandard Speed = "standard"
)
