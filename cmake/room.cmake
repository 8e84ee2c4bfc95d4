# cchc_room(NAME DIR [LINKS ...] [PRIVATE ...]): one library a folder. LINKS are lower
# rooms, whose headers it may include; PRIVATE are outside libraries only it sees.
function(cchc_room name)
	cmake_parse_arguments(ROOM "" "" "LINKS;PRIVATE" ${ARGN})
	file(GLOB sources CONFIGURE_DEPENDS *.c)
	add_library(${name} STATIC ${sources})
	target_link_libraries(${name} PUBLIC ${ROOM_LINKS} PRIVATE ${ROOM_PRIVATE})
	cchc_headers(${name})
endfunction()

# Headers are included by room: "core/period.h", "store/figures.h".
function(cchc_headers name)
	get_filename_component(above ${CMAKE_CURRENT_SOURCE_DIR} DIRECTORY)
	target_include_directories(${name} PUBLIC ${above})
endfunction()
