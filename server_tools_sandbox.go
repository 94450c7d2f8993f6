package openrouter

// FilesTool lets the model read, write, edit and list the files of the
// workspace that the key belongs to.
//
//wire:variant Tool type=openrouter:files
type FilesTool struct {
	Parameters *FilesParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FilesParameters set up a [FilesTool], which has no settings yet.
type FilesParameters struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// BashTool lets the model run shell commands. The service's schema lists it for
// chat completions, its guide says that they refuse it with 400.
//
//wire:variant Tool type=openrouter:bash
type BashTool struct {
	Parameters *BashParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// BashParameters set up a [BashTool].
type BashParameters struct {
	// Engine is [BashEngineAuto] when empty.
	Engine BashEngine `json:"engine,omitzero"`
	// Environment is the container that the commands run in.
	Environment *Environment `json:"environment,omitzero"`
	// SleepAfterSeconds is how long a container waits for another command
	// before it sleeps: by default 900, at most 2,592,000, which is 30 days.
	SleepAfterSeconds *int `json:"sleep_after_seconds,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// BashEngine is what runs shell commands. The set is open.
type BashEngine string

const (
	// BashEngineAuto is [BashEngineNative] today.
	BashEngineAuto BashEngine = "auto"
	// BashEngineNative returns the call to the caller, who runs the command.
	BashEngineNative BashEngine = "native"
	// BashEngineOpenRouter runs the command in a container of the service.
	BashEngineOpenRouter BashEngine = "openrouter"
)

// Environment is a container to run commands in.
type Environment struct {
	Type EnvironmentType `json:"type"`
	// ContainerID goes with [EnvironmentTypeContainerReference]: letters,
	// digits, underscores and dashes, 20 at most.
	ContainerID string `json:"container_id,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// EnvironmentType is a kind of [Environment]. The set is open.
type EnvironmentType string

const (
	// EnvironmentTypeContainerAuto is a new container for this request.
	EnvironmentTypeContainerAuto EnvironmentType = "container_auto"
	// EnvironmentTypeContainerReference is the container with that ContainerID.
	EnvironmentTypeContainerReference EnvironmentType = "container_reference"
)
